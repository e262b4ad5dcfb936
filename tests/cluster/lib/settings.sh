# Where things are. Sourced by ../cluster; everything else takes its paths from here.
# shellcheck disable=SC2034  # used by the other files

DIR=${SSHPOD_CLUSTER_DIR:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/sshpod-cluster}
DIR=$(realpath -m "$DIR")

# Made by `build`, kept over `down`.
BIN=$DIR/bin           # Kubernetes, compiled here
DEBIAN=$DIR/debian     # Debian packages, unpacked but not installed
IMAGES=$DIR/images     # archives to import
PKI=$DIR/pki

# Made by `up`. containerd's store outlives `down` because importing images takes longer than all the rest.
RUN=$DIR/run
LOG=$DIR/log
STORE=$DIR/containerd
KUBELET=$DIR/kubelet
KUBECONFIG_ADMIN=$DIR/admin.conf
CONTAINERD_SOCKET=$RUN/containerd.sock

# The node lives in a network namespace, so these are seen by nobody but this machine.
NODE=node1
LINK=sshpod0
HOST_IP=10.99.0.1
NODE_IP=10.99.0.2
POD_CIDR=10.244.0.0/22
SERVICE_CIDR=10.96.0.0/16
SERVICE_IP=10.96.0.1
