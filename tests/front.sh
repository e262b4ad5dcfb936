#!/usr/bin/env bash
# Runs the end-to-end tests that depend on how bytes get there (trait Suite=streams) through the streaming code of a current API server
# (tests/cluster/front): with both tunnels, and with the newest kubectl that npm has. tests/run.sh calls it with the local cluster up;
# the last line is `N passed, N failed, N skipped`.
set -euo pipefail
cd "$(dirname "$0")/.."
newest=v36
# shellcheck source=SCRIPTDIR/suite.sh
. tests/suite.sh
# shellcheck source=SCRIPTDIR/streams.sh
. tests/streams.sh

say() { echo "front: $*" >&2; }

status=0
config=$(tests/cluster/cluster front) || status=$?
if [ $status = 3 ]; then
	# It has said why.
	echo "0 passed, 0 failed, 1 skipped"
	exit
fi
[ $status = 0 ] || { echo "0 passed, 1 failed" && exit 1; }

for tunnel in port-forward exec; do
	run_with "front-$tunnel" "KUBECONFIG=$config" SSHPOD_TRANSPORT=api "SSHPOD_TUNNEL=$tunnel"
done
if fetch_kubectl "$newest" >&2; then
	run_with "front-kubectl-$newest" "KUBECONFIG=$config" "PATH=$kubectls/$newest:$PATH" SSHPOD_TRANSPORT=kubectl
else
	say "kubectl $newest cannot be had"
	failed=$((failed + 1))
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
