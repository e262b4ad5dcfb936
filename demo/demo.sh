#!/usr/bin/env bash
# Shows sshpod on this machine: a cluster (the current context's, else a local one), a sample pod, and stock ssh and scp into it.
# Configures ssh for *.sshpod on the way, as `sshpod configure` does. At the end it cuts its own connection, and the session goes on.
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

step "The way to the cluster is cut in the middle of a session"
work=$(mktemp -d)
proxy='' session=''
trap 'kill $proxy $session 2>/dev/null || true; rm -rf "$work"' EXIT
namespace=$(kubectl get pod sshpod-demo -o 'jsonpath={.metadata.namespace}')

# A way that this script can cut: a proxy on this machine that lets through what goes to the pod above, and the lists of what a server
# knows, which kubectl asks for first; nothing else. $1 is its port; 0 is any.
open_way() {
	: >"$work/proxy"
	kubectl proxy --port="$1" --reject-paths='^$' \
		--accept-paths="^/(api(/v1)?|apis(/[^/]+/[^/]+)?|api/v1/namespaces/$namespace/pods/sshpod-demo(/exec|/portforward)?)\$" \
		>"$work/proxy" 2>&1 &
	proxy=$!
	until grep -q '^Starting to serve on ' "$work/proxy"; do
		kill -0 "$proxy" 2>/dev/null || { cat "$work/proxy" >&2 && return 1; }
		sleep 0.1
	done
}

# Waits until the session has said $1, or has ended.
await() { while kill -0 "$session" 2>/dev/null && ! grep -q "$1" "$work/said"; do sleep 0.1; done; }

open_way 0
port=$(sed -n 's/^Starting to serve on .*:\([0-9]*\)$/\1/p' "$work/proxy")
cat >"$work/kubeconfig" <<TEXT
apiVersion: v1
kind: Config
clusters: [{name: demo, cluster: {server: "http://127.0.0.1:$port"}}]
contexts: [{name: demo, context: {cluster: demo, user: demo, namespace: "$namespace"}}]
users: [{name: demo, user: {}}]
current-context: demo
TEXT
: >"$work/said"
mkfifo "$work/pipe"
tee "$work/said" <"$work/pipe" &
printed=$!
# shellcheck disable=SC2016 # the pod expands it
count='for line in 1 2 3 4 5 6; do echo "line $line of a session in $(hostname)"; sleep 1; done'
printf '$ ssh root@pod--sshpod-demo.sshpod %s\n' "'$count'"
KUBECONFIG=$work/kubeconfig ssh -S none root@pod--sshpod-demo.sshpod "$count" >"$work/pipe" </dev/null &
session=$!
await 'line 2'
{ kill "$proxy" && wait "$proxy"; } 2>/dev/null || true
echo "  (no way to the cluster for 4 seconds)"
sleep 4
open_way "$port"
echo "  (there is one again)"
wait "$session"
wait "$printed"
session=''
{ kill "$proxy" && wait "$proxy"; } 2>/dev/null || true
proxy=''

step "Now it is your turn"
[ ${#next[@]} = 0 ] || printf '  %s\n' "${next[@]}"
cat <<TEXT
  ssh root@pod--sshpod-demo.sshpod
  kubectl delete pod sshpod-demo          # when you are done
  make cluster-down                       # if the local cluster was brought up
TEXT
