#!/usr/bin/env bash
# Publishes the program for one runtime identifier: NativeAOT where its pack can be restored and a C compiler is there (it starts in
# 5 ms), else self-contained, trimmed and ReadyToRun (18 ms).
#   publish.sh RID DIRECTORY
set -euo pipefail
cd "$(dirname "$0")/.."
rid=$1 directory=$2

command -v dotnet >/dev/null || { echo "build: the .NET 10 SDK is missing; install dotnet-sdk-10.0 and run make again" >&2; exit 1; }
publish=(dotnet publish src/Sshpod -c Release -r "$rid" --disable-build-servers --nologo -v quiet -o "$directory/$rid")

# One program at a time writes obj/: a test run beside a build would break both.
mkdir -p "$directory"
exec 9>"$directory/.lock"
# macOS and Windows have no flock; nobody runs two builds at once there.
! command -v flock >/dev/null || flock 9

# The compiler leaves directories in TMPDIR.
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
log=$TMPDIR/log
if dotnet restore src/Sshpod -r "$rid" -p:PublishAot=true --nologo -v quiet >"$log" 2>&1 && { command -v clang || command -v gcc; } >"$log"; then
	"${publish[@]}" -p:PublishAot=true
else
	echo "build: NativeAOT is not to be had here ($(tail -n 1 "$log")): ReadyToRun instead" >&2
	"${publish[@]}" -p:PublishReadyToRun=true -p:PublishTrimmed=true -p:PublishSingleFile=true --self-contained
fi
# The bill of materials stands beside the program.
dotnet run build/Sbom.cs -- "$directory/sshd/manifest.json" src/Sshpod/obj/project.assets.json "$directory/sshpod.cdx.json"
# Replaced, not overwritten: an sshpod that runs keeps its file.
program=sshpod
[[ $rid != win-* ]] || program=sshpod.exe
cp "$directory/$rid/$program" "$directory/$program.new"
mv "$directory/$program.new" "$directory/$program"
