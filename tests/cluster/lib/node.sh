# The node: namespaces of its own (processes, mounts, network, name), held by one process. When that process dies the
# kernel kills everything in them, containers and their shims included, and drops their mounts and links, so that
# `down` is one kill and nothing can be left behind, whatever state the cluster was in.

node_create() {
  mkdir -p "$RUN" "$LOG/pods" "$KUBELET"
  setsid unshare --pid --fork --kill-child=KILL --mount --net --uts --ipc --mount-proc \
    "$BIN/pause" >/dev/null 2>&1 </dev/null 9>&- &
  remember "$!" >"$RUN/node"
  within 10 node_init
  in_node hostname "$NODE"
  node_mounts
  node_network
}

# The folders that kubelet, containerd and the CNI library insist on, hidden behind the node's own.
node_mounts() {
  local folder
  # propagation stays inside the node, but pods may ask for it
  in_node mount --make-rshared /
  for folder in /run /var/lib /var/log; do in_node mount -t tmpfs -o mode=755 "sshpod-node" "$folder"; done
  in_node mkdir -p /var/log/pods
  in_node mount --bind "$LOG/pods" /var/log/pods
  # no name server is in reach, and kubelet waits 5 seconds for one when it looks for a cloud
  if in_node test -e /etc/resolv.conf; then in_node mount --bind /dev/null /etc/resolv.conf; fi
}

node_network() {
  ip link add "$LINK" type veth peer name eth0 netns "$(node_init)"
  ip address add "$HOST_IP/30" dev "$LINK"
  ip link set "$LINK" up
  in_node ip link set lo up
  in_node ip address add "$NODE_IP/30" dev eth0
  in_node ip link set eth0 up
}

# For tests of what a client sees of a path that falls silent: what it sends arrives, and no answer leaves the node.
link-down() {
  node_exists || fail "is not up"
  in_node ip route replace blackhole "$HOST_IP/32"
}

link-up() {
  node_exists || fail "is not up"
  in_node ip route delete blackhole "$HOST_IP/32"
}

node_exists() { [ -f "$RUN/node" ] && is_running "$(cat "$RUN/node")" && node_init >/dev/null; }

# The process that holds the namespaces: the child of the one we know, which is outside of them.
node_init() {
  local holder child
  read -r holder _ <"$RUN/node"
  child=$(tr -d ' ' <"/proc/$holder/task/$holder/children") || return 1
  # before it is `pause` it is still making the namespaces
  [ "$(cat "/proc/$child/comm")" = pause ] && echo "$child"
}

in_node() {
  local init
  init=$(node_init)
  nsenter --target "$init" --pid --mount --net --uts --ipc -- "$@"
}

# start NAME COMMAND…: a process of the node. The shell between lets go of it, so that nothing stays outside waiting.
start() {
  local name=$1
  shift
  # shellcheck disable=SC2016  # expanded by the shell in the node
  in_node sh -c 'log=$1; shift; setsid "$@" >"$log" 2>&1 </dev/null 9>&- & echo $!' - "$LOG/$name.log" "$@" >"$RUN/$name.pid"
}

node_destroy() {
  if node_exists; then
    local holder
    read -r holder _ <"$RUN/node"
    kill -KILL "$(node_init)" 2>/dev/null || true
    within 20 is_gone "$holder" || fail "process $holder (the node) does not exit"
  fi
  # the kernel takes a network namespace apart in the background
  within 20 link_is_gone || ip link delete "$LINK"
  within 20 cgroups_remove || fail "cgroups of the node are still in use: $(cgroups | head -1)"
  arm64_unregister || fail "qemu is still registered for programs for arm64 (binfmt_misc: $ARM64_ENTRY)"
  rm -rf "$RUN" "$KUBELET"
}

is_gone() { ! [ -d "/proc/$1" ]; }
link_is_gone() { ! ip link show "$LINK"; }

# A process is its id and its start time, since ids are used again.
remember() { echo "$1 $(start_time "$1")"; }
is_running() { [ "$(start_time "${1% *}" 2>/dev/null)" = "${1#* }" ]; }
# the 22nd field; the second, the program's name, may hold spaces
start_time() { sed 's/.*) //' "/proc/$1/stat" | cut -d' ' -f20; }
