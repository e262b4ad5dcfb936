#!/usr/bin/env bash
# Runs end-to-end tests on a Kubernetes of another version, which kind makes. It needs docker, kind and the .NET SDK. What is built and
# run is built and run in a container of Debian 12, which has the machine's network and so reaches the API server on 127.0.0.1.
#   tests/kind.sh NODE_IMAGE DEBIAN_IMAGE [FILTER...]     default: the tests that depend on the cluster
# .github/workflows/test.yml calls it. What it has made is in artifacts/kind; the cluster and the container are removed.
set -euo pipefail
cd "$(dirname "$0")/.."
node=$1 debian=$2
shift 2
[ $# -gt 0 ] || set -- 'Sshpod.EndToEnd.'{Clusters,Connections,Containers,Faults,Security,Server,Targets,Tunnels}'.*' \
	'*.ListTests.*' '*.CleanTests.*'
name=sshpod
made=$PWD/artifacts/kind
dotnet=$(dirname "$(realpath "$(command -v dotnet)")")

say() { echo "kind: $*" >&2; }

in_debian() { docker exec --workdir "$PWD" "$name" "$@"; }

end() {
	kind delete cluster --name "$name" >&2 || true
	docker rm --force "$name" >/dev/null || true
}
trap end EXIT

mkdir -p "$made"
say "Debian 12, and in it the program and the images"
docker run --detach --init --name "$name" --privileged --network host --volume "$PWD:$PWD" --volume "$dotnet:$dotnet:ro" \
	--env "PATH=$dotnet:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" --env CI \
	--env "KUBECONFIG=$made/kubeconfig" --env "SSHPOD_TEST_CONTEXT=kind-$name" --env SSHPOD_TEST_IMAGES=localhost/ \
	"$debian" sleep infinity >/dev/null
in_debian apt-get update -qq
in_debian apt-get install -y -qq --no-install-recommends ca-certificates git make gcc zlib1g-dev libicu72 >/dev/null
in_debian git config --global --add safe.directory "$PWD"
in_debian make --no-print-directory build
in_debian tests/cluster/cluster images "$made/images"

say "the cluster of $node"
kind create cluster --name "$name" --image "$node" --kubeconfig "$made/kubeconfig" --wait 3m
for archive in "$made"/images/*.tar; do kind load image-archive "$archive" --name "$name"; done
# The kubectl of that version. A container cannot be copied from to another.
docker cp "$name-control-plane:/usr/bin/kubectl" "$made/kubectl"
docker cp "$made/kubectl" "$name:/usr/local/bin/kubectl"
# Else tests/run.sh would bring up a cluster of its own.
in_debian kubectl --context "kind-$name" get --raw /readyz >/dev/null

in_debian tests/run.sh "$@"
