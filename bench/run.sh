#!/usr/bin/env bash
# Measures sshpod against kubectl, on the cluster of KUBECONFIG or else the local one, and writes the table into docs/performance.md.
#   bench/run.sh [TASK...]   only tasks whose names contain one of the words; docs/performance.md stays as it is
# SSHPOD_BENCH_BEFORE=PROGRAM: an sshpod from before a change, which the tasks "resumable" compare with.
set -euo pipefail
cd "$(dirname "$0")/.."
brought_up=false
local=false
if [ -z "${KUBECONFIG:-}" ]; then
	local=true
	tests/cluster/cluster status 2>/dev/null || brought_up=true
	tests/cluster/cluster up
	KUBECONFIG=$(tests/cluster/cluster kubeconfig)
	export KUBECONFIG
	command -v kubectl >/dev/null || PATH=$PATH:$(dirname "$KUBECONFIG")/bin
fi
# The rows of a current API server; without them the report says nothing of it.
if [ $local = true ] && tests/cluster/cluster front-up; then
	SSHPOD_BENCH_FRONT=$(tests/cluster/cluster front-kubeconfig)
	export SSHPOD_BENCH_FRONT
fi
work=$(mktemp -d)
trap 'rm -rf "$work"; [ $brought_up = false ] || tests/cluster/cluster down' EXIT
TMPDIR=$work dotnet build bench -c Release --disable-build-servers --nologo -v quiet
bench/bin/Release/net10.0/Sshpod.Bench artifacts/sshpod docs/performance.md "$@"
