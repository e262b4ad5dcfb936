#!/usr/bin/env bash
# Checks what no compiler does: formatting, analyzers on every project, shell scripts, the manual.
set -euo pipefail
cd "$(dirname "$0")/.."
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
dotnet restore sshpod.slnx --nologo -v quiet
dotnet format sshpod.slnx --verify-no-changes --no-restore --verbosity quiet
git ls-files -z --cached --others --exclude-standard '*.sh' tests/cluster/cluster .ci/run | xargs -0 shellcheck --external-sources
mandoc -T lint -W warning docs/sshpod.1
