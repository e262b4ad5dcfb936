#!/usr/bin/env bash
# Checks the style and analyzers of every project (the compiler's), white space, shell scripts, the manual.
set -euo pipefail
cd "$(dirname "$0")/.."
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
dotnet build sshpod.slnx -c Release --disable-build-servers --nologo -v quiet -clp:NoSummary
# Of dotnet format this alone: the rest is the compiler's too, takes longer, and leaves a socket in /tmp.
dotnet format whitespace . --folder --verify-no-changes --verbosity quiet
git ls-files -z --cached --others --exclude-standard '*.sh' tests/cluster/cluster .ci/run | xargs -0 shellcheck --external-sources
# Lines end at 140 columns.
git ls-files -z --cached --others --exclude-standard '*.sh' 'src/*.cs' 'tests/*.cs' 'bench/*.cs' 'sshd/*.[ch]' 'sshd/*.py' \
  'sshd/*.patch' sshd/README.md |
  xargs -0 awk 'length > 140 { print FILENAME ":" FNR ": longer than 140 columns"; long = 1 } END { exit long }'
# A file is one idea: 15 to 250 lines. The waits of a layer stand in a file of their own, however few.
git ls-files -z --cached --others --exclude-standard 'src/*.cs' ':!src/*Limits.cs' |
  xargs -0 awk 'FNR == 1 && NR > 1 { judge() } { file = FILENAME; lines = FNR } END { judge(); exit wrong }
    function judge() { if (lines < 15 || lines > 250) { print file ": " lines " lines, not 15 to 250"; wrong = 1 } }'
mandoc -T lint -W warning docs/sshpod.1
