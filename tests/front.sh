#!/usr/bin/env bash
# Runs the tests of streams that make a difference there (trait Suite=front) through the front of the local cluster: exec and
# port-forward as a current API server serves them. With sshpod itself and with the newest kubectl that npm has, through both tunnels.
# tests/run.sh calls it with a cluster that is up; the last line is `N passed, N failed, N skipped`.
set -euo pipefail
cd "$(dirname "$0")/.."
suite=tests/Sshpod.EndToEnd/bin/Release/net10.0/Sshpod.EndToEnd
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=SCRIPTDIR/suite.sh
. tests/suite.sh
# shellcheck source=SCRIPTDIR/kubectls.sh
. tests/kubectls.sh
passed=0 failed=0 skipped=0

say() { echo "front: $*" >&2; }

end() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ $failed = 0 ]
	exit
}

start=$SECONDS status=0
tests/cluster/cluster front-up || status=$?
say "ready: $((SECONDS - start)) s"
case $status in
0) ;;
75) say "skipped: what it is made of cannot be had today" && skipped=1 && end ;;
*) failed=1 && end ;;
esac
KUBECONFIG=$(tests/cluster/cluster front-kubeconfig)
export KUBECONFIG

# Its kubectl alone differs from the one that the other suites have had.
if ! newest=$(kubectl_of v36 "$work"); then
	say "kubectl v36 cannot be had"
	failed=1
fi
for transport in api kubectl; do
	for tunnel in port-forward exec; do
		[ $transport = api ] || [ -n "$newest" ] || continue
		name=$transport-$tunnel start=$SECONDS
		# It takes exec by itself.
		if [ $tunnel = exec ]; then but=(); else but=(-class- '*.ExecTunnelTests'); fi
		say "$name"
		if (
			export SSHPOD_TRANSPORT=$transport SSHPOD_TUNNEL=$tunnel PATH=${newest:+$newest:}$PATH
			run_suite "$work/$name" "$suite" -trait Suite=front "${but[@]}" && echo "$total $bad $skip" >"$work/counts"
		) && read -r total bad skip <"$work/counts" && [ "$total" -gt 0 ]; then
			passed=$((passed + total - bad - skip)) failed=$((failed + bad)) skipped=$((skipped + skip))
		else
			failed=$((failed + 1))
		fi
		say "$name: $((SECONDS - start)) s"
	done
done
tests/cluster/cluster front-down || failed=$((failed + 1))
end
