#!/usr/bin/env bash
# Publishes for Windows what the tests under wine need beside sshpod.exe.
#   build.sh DIRECTORY    into DIRECTORY/windows
set -euo pipefail
cd "$(dirname "$0")/../.."
directory=$1
mkdir -p "$directory"
# build/publish.sh's: both write obj/ of the program.
exec 9>"$directory/.lock"
flock 9
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
rm -rf "${directory:?}/windows"
# In one file, and trimmed, which leaves nothing compiled ahead in the framework: wine 8 maps neither files of it nor such code.
dotnet publish tests/windows -c Release -r win-x64 --self-contained -p:PublishSingleFile=true -p:PublishTrimmed=true \
	--disable-build-servers --nologo -v quiet -o "$directory/windows"
