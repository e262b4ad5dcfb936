# containerd and kubelet.

containerd_start() {
  mkdir -p "$STORE" "$RUN/cni"
  expand "$HERE/config/containerd.toml" >"$RUN/containerd.toml"
  expand "$HERE/config/bridge.conflist" >"$RUN/cni/10-bridge.conflist"
  start containerd env PATH="$DEBIAN/usr/bin:$DEBIAN/usr/sbin:$PATH" \
    "$DEBIAN/usr/bin/containerd" --config "$RUN/containerd.toml"
  within 30 store version || fail "containerd does not answer (logs: $LOG)"
}

containerd_stop() {
  in_node kill "$(cat "$RUN/containerd.pid")"
  within 20 containerd_is_gone
}

# For tests of what a client sees meanwhile: shims hold the containers, and only streams break.
restart-containerd() {
  node_exists || fail "is not up"
  containerd_stop || fail "containerd does not exit"
  containerd_start
  within 60 kubelet_answers || fail "the kubelet does not reach containerd (log: $LOG/kubelet.log)"
}

containerd_is_gone() { ! in_node test -d "/proc/$(cat "$RUN/containerd.pid")"; }

store() { "$DEBIAN/usr/bin/ctr" --address "$CONTAINERD_SOCKET" --namespace k8s.io "$@"; }

# Containers of the node before this one are listed in the store but exist no more. containerd reads the list when it
# starts, so it starts again.
containers_forget() {
  local old
  mapfile -t old < <(store containers list --quiet)
  ((${#old[@]})) || return 0
  store containers remove "${old[@]}"
  containerd_stop
  containerd_start
}

kubelet_start() {
  expand "$HERE/config/kubelet.yaml" >"$RUN/kubelet.yaml"
  start kubelet "$BIN/kubelet" --config="$RUN/kubelet.yaml" --kubeconfig="$PKI/kubelet.conf" \
    --hostname-override="$NODE" --node-ip="$NODE_IP" --root-dir="$KUBELET" \
    --container-runtime=remote --container-runtime-endpoint="unix://$CONTAINERD_SOCKET"
}

# For tests of what a client hears of a node that the API server does not reach.
kubelet-down() {
  node_exists || fail "is not up"
  in_node kill "$(cat "$RUN/kubelet.pid")"
  within 20 kubelet_is_gone || fail "the kubelet does not exit"
}

kubelet-up() {
  node_exists || fail "is not up"
  kubelet_start
  within 60 kubelet_answers || fail "the kubelet does not come back (log: $LOG/kubelet.log)"
}

kubelet_is_gone() { ! in_node test -d "/proc/$(cat "$RUN/kubelet.pid")"; }
# Through the API server, as exec does. It is healthy before it knows its pods, and says of those that they do not exist.
kubelet_answers() {
  local known uid
  known=$(admin get --raw "/api/v1/nodes/$NODE/proxy/pods") || return 1
  for uid in $(admin get pods -A --field-selector "spec.nodeName=$NODE,status.phase=Running" -o 'jsonpath={.items[*].metadata.uid}'); do
    [[ $known = *"$uid"* ]] || return 1
  done
}

# expand FILE: the file with the settings in place of @NAME@.
expand() {
  sed -e "s#@RUN@#$RUN#g; s#@STORE@#$STORE#g; s#@PKI@#$PKI#g; s#@DEBIAN@#$DEBIAN#g; s#@KUBELET@#$KUBELET#g" \
    -e "s#@POD_CIDR@#$POD_CIDR#g; s#@CGROUP@#$CGROUP#g" "$1"
}
