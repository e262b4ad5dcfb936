#!/usr/bin/env bash
# Publishes the program for one runtime identifier.
#   publish.sh RID DIRECTORY     into DIRECTORY/RID, and where that is this machine's, into DIRECTORY too
# For Linux, built on Linux: NativeAOT, one static program (it starts in 5 ms). For macOS and Windows: NativeAOT where this system is the
# target's, else self-contained, trimmed and ReadyToRun in one file (18 ms), since there is no native compilation for another system.
set -euo pipefail
cd "$(dirname "$0")/.."
rid=$1 directory=$2

say() { echo "build: $*" >&2; }
command -v dotnet >/dev/null || { say "the .NET 10 SDK is missing; install dotnet-sdk-10.0 and run make again"; exit 1; }

# Paths of this machine stay out of the program: the same source makes the same bytes in every folder.
export CI=true

# One program at a time writes obj/: a test run beside a build would break both.
mkdir -p "$directory"
exec 9>"$directory/.lock"
# macOS and Windows have no flock; nobody runs two builds at once there.
! command -v flock >/dev/null || flock 9

# The compiler leaves directories in TMPDIR. NuGet has its locks there, which two builds that unpack the same package must share.
export NUGET_SCRATCH=${XDG_CACHE_HOME:-$HOME/.cache}/sshpod-build/nuget
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

# The system of a runtime identifier, as uname says it.
case $rid in
	linux-*) target=Linux ;;
	osx-*) target=Darwin ;;
	win-*) target=Windows ;;
	*) say "unknown runtime identifier $rid"; exit 1 ;;
esac
case $(uname -s) in
	MINGW* | MSYS* | CYGWIN*) system=Windows ;;
	*) system=$(uname -s) ;;
esac

# Left by a build with another compiler, these would be linked all the same.
use_toolchain() { # DIRECTORY
	local used=src/Sshpod/obj/Release/net10.0/$rid
	[ "$(cat "$used/toolchain" 2>/dev/null)" = "$1" ] || rm -rf "$used/libs" "$used/native"
	mkdir -p "$used"
	echo "$1" >"$used/toolchain"
	# cmake looks for OpenSSL there.
	export OPENSSL_ROOT_DIR=$1/sysroot/usr
	options=(-p:PublishAot=true "-p:StaticToolchain=$1")
}

is_to_be_had() {
	command -v clang || command -v gcc || [ "$system" = Windows ] || return 1
	dotnet restore src/Sshpod -r "$rid" -p:PublishAot=true --nologo -v quiet
}

log=$TMPDIR/log toolchain=''
if [ $target = Linux ] && [ "$system" = Linux ]; then
	case $rid in *-x64) architecture=amd64 ;; *) architecture=${rid#linux-} ;; esac
	toolchain=$(build/static.sh "$architecture")
	use_toolchain "$toolchain"
elif [ $target = "$system" ] && is_to_be_had >"$log" 2>&1; then
	options=(-p:PublishAot=true)
else
	[ $target != "$system" ] || say "NativeAOT is not available here ($(tail -n 1 "$log")): using ReadyToRun instead"
	options=(-p:PublishReadyToRun=true -p:PublishTrimmed=true -p:PublishSingleFile=true --self-contained)
	# Not every registry of packages has the runtime of every system.
	if ! dotnet restore src/Sshpod -r "$rid" -p:PublishReadyToRun=true -p:PublishTrimmed=true -p:SelfContained=true \
		--nologo -v quiet >"$log" 2>&1; then
		reason=$(sed -n 's/.*error \(NU[0-9]*\): /\1: /; s/\. .*//; /^NU/p' "$log" | head -n 1)
		say "$rid cannot be built here: ${reason:-$(grep -m 1 error "$log" || tail -n 1 "$log")}"
		exit 1
	fi
fi
# For `sshpod version --check`. MSBuild takes % for the beginning of an escaped character.
# shellcheck source=SCRIPTDIR/published
. build/published
options+=("-p:Releases=${address//%/%25}")
# What an earlier build left is no part of this one.
rm -rf "${directory:?}/$rid"
dotnet publish src/Sshpod -c Release -r "$rid" "${options[@]}" --disable-build-servers --nologo -v quiet -o "$directory/$rid"
# The bill of materials stands beside the program.
dotnet run build/Sbom.cs -- artifacts/sshd/manifest.json src/Sshpod/obj/project.assets.json "$directory/$rid/sshpod.cdx.json" \
  ${toolchain:+"$toolchain/SHA256SUMS"}

# The program for this machine, which tests and `make install` use. Replaced, not overwritten: an sshpod that runs keeps its file.
case $system-$(uname -m) in
	Linux-x86_64) own=linux-x64 ;;
	Linux-aarch64) own=linux-arm64 ;;
	Darwin-x86_64) own=osx-x64 ;;
	Darwin-arm64) own=osx-arm64 ;;
	*) own='' ;;
esac
[ "$rid" = "$own" ] || exit 0
for file in sshpod sshpod.cdx.json; do
	cp "$directory/$rid/$file" "$directory/$file.new"
	mv "$directory/$file.new" "$directory/$file"
done
