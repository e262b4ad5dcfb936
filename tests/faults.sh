#!/usr/bin/env bash
# Causes every fault on a cluster, and prints a table of what came of each and after how long.
set -euo pipefail
cd "$(dirname "$0")/.."
SSHPOD_FAULT_REPORT=$(mktemp)
export SSHPOD_FAULT_REPORT
trap 'rm -f "$SSHPOD_FAULT_REPORT"' EXIT
tests/run.sh '*Faults*' >&2
echo '| fault | transport | outcome | time |'
echo '|---|---|---|---|'
sort "$SSHPOD_FAULT_REPORT"
