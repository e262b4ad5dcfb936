#!/usr/bin/env bash
# Causes every fault on a cluster, and prints a table of what came of each and after how long.
set -euo pipefail
cd "$(dirname "$0")/.."
SSHPOD_FAULT_REPORT=$(mktemp)
export SSHPOD_FAULT_REPORT
trap 'rm -f "$SSHPOD_FAULT_REPORT"' EXIT
# Those that report: a fault of a tunnel or of what stands between is with the other tests of it.
tests/run.sh '*Faults*' '*BetweenTests*' '*TunnelChoiceTests.A_*' '*ExecTunnelTests*' \
	'*ErrorTests.A_full_tmp' '*ErrorTests.The_api_server*' \
	'*CrowdTests.Fifty_connections_at_once' '*.Resuming.*' '*EnduranceTests.A_stream_that*' '*MemoryTests.In_16*' >&2
echo '| fault | transport | outcome | time |'
echo '|---|---|---|---|'
sort "$SSHPOD_FAULT_REPORT"
