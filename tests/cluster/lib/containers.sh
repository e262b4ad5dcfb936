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

# expand FILE: the file with the settings in place of @NAME@.
expand() {
  sed -e "s#@RUN@#$RUN#g; s#@STORE@#$STORE#g; s#@PKI@#$PKI#g; s#@DEBIAN@#$DEBIAN#g; s#@KUBELET@#$KUBELET#g" \
    -e "s#@POD_CIDR@#$POD_CIDR#g; s#@CGROUP@#$CGROUP#g" "$1"
}
