#!/usr/bin/env bash
# Shows sshpod on this machine: a cluster (the current context's, else a local one), a sample pod, and stock ssh and scp into it.
# Configures ssh for *.sshpod on the way, as `sshpod configure` does.
set -euo pipefail
cd "$(dirname "$0")/.."
sshpod=$PWD/artifacts/sshpod

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }
show() { printf '$ %s\n' "$*"; "$@"; }

command -v ssh >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends openssh-client >/dev/null; }

image=busybox
next=()
if command -v kubectl >/dev/null && kubectl --request-timeout=5s get --raw /readyz >/dev/null 2>&1; then
	step "Using the current context: $(kubectl config current-context)"
else
	step "No cluster is configured here: bringing a local one up (minutes the first time)"
	tests/cluster/cluster up
	KUBECONFIG=$(tests/cluster/cluster kubeconfig)
	export KUBECONFIG
	next+=("export KUBECONFIG=$KUBECONFIG")
	if ! command -v kubectl >/dev/null; then
		PATH=$PATH:$(dirname "$KUBECONFIG")/bin
		next+=("PATH=\$PATH:$(dirname "$KUBECONFIG")/bin")
	fi
fi
# The local cluster has its own images: no registry is asked.
[ "$(kubectl config current-context)" != sshpod-test ] || image=localhost/busybox:1

step "A pod without any ssh in it"
sed "s|IMAGE|$image|" demo/pod.yaml | kubectl apply -f -
kubectl wait --for=condition=ready pod/sshpod-demo --timeout=120s

step "Telling ssh about *.sshpod, once"
show "$sshpod" configure --yes

step "And now stock OpenSSH"
# shellcheck disable=SC2016 # the pod expands it
show ssh root@pod--sshpod-demo.sshpod 'echo "hello from $(hostname), a pod that has no ssh server"'
show scp README.md root@pod--sshpod-demo.sshpod:/tmp/
show ssh root@pod--sshpod-demo.sshpod ls -l /tmp/README.md

step "Now it is your turn"
[ ${#next[@]} = 0 ] || printf '  %s\n' "${next[@]}"
cat <<TEXT
  ssh root@pod--sshpod-demo.sshpod
  kubectl delete pod sshpod-demo          # when you are done
  make cluster-down                       # if the local cluster was brought up
TEXT
