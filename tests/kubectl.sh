#!/usr/bin/env bash
# Runs the end-to-end tests that depend on how bytes get there (trait Suite=streams) with the kubectl transport and each of
# several versions of kubectl: the one that was built with the cluster, 1.28, and the newest that npm has; and once over exec alone.
# tests/run.sh calls it with a cluster that is up; the last line is `N passed, N failed, N skipped`.
#   tests/kubectl.sh [VERSION...]     default: cluster v28 v36
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- cluster v28 v36
# shellcheck source=SCRIPTDIR/suite.sh
. tests/suite.sh
# shellcheck source=SCRIPTDIR/streams.sh
. tests/streams.sh

say() { echo "kubectl: $*" >&2; }

directory_of() {
	case $1 in
	cluster) dirname "$KUBECONFIG" | sed 's#$#/bin#' ;;
	*) fetch_kubectl "$1" >&2 && echo "$kubectls/$1" ;;
	esac
}

for version; do
	if ! directory=$(directory_of "$version") || [ ! -x "$directory/kubectl" ]; then
		say "$version cannot be had"
		failed=$((failed + 1))
		continue
	fi
	path=$directory:$PATH
	said=$(PATH=$path kubectl version --client -o json | tr -d ' \n' | sed 's/.*"gitVersion":"\([^"]*\)".*/\1/')
	run_with "kubectl-$said" "PATH=$path" SSHPOD_TRANSPORT=kubectl
done
run_with exec-tunnel SSHPOD_TRANSPORT=auto SSHPOD_TUNNEL=exec

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
