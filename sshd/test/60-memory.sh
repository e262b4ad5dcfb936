# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# What the server takes of a container's memory, all its processes together, at the worst moment of a transfer.

# stays_below KIB COMMAND...
stays_below() {
  local most=$1 peak
  shift
  peak=$(/usr/bin/python3 "$here/test/memory.py" peak "$(listener_of "$container")" "$@") || return 1
  echo "$peak KiB"
  [ -z "${SSHPOD_TEST_VERBOSE:-}" ] || echo "# $peak KiB" >&2
  [ "$peak" -gt 300 ] && [ "$peak" -le "$most" ]
}

head -c 48M /dev/urandom > "$work/large"
# Not a child of the listener any more: its connection has ended.
no_sftp_goes_on() {
  local i
  for i in $(seq 100); do
    pgrep -f '^sshd-session: root@internal-sftp' > "$work/sftp" || return 0
    sleep 0.1
  done
  ps -o pid,ppid,args -p "$(paste -sd, "$work/sftp")"
  return 1
}
# bounded CONTAINER KIB: transfers of every kind; slow is whoever takes the bytes
bounded() {
  local container=$1 slow="/usr/bin/python3 $here/test/memory.py throttle 8000000"
  local -a throttled=("${ssh_options[@]/#ProxyCommand=nc 127.0.0.1 $port/ProxyCommand=nc 127.0.0.1 $port | $slow}")
  check "$1: scp there takes at most $2 KiB" stays_below "$2" scp -q "${ssh_options[@]}" "$work/large" root@server:/tmp/large
  check "$1: what arrived is the same" cmp "$work/large" "$work/$1/tmp/large"
  check "$1: scp back takes at most $2 KiB" stays_below "$2" scp -q "${ssh_options[@]}" root@server:/tmp/large "$work/back"
  check "$1: what came back is the same" cmp "$work/large" "$work/back"
  check "$1: cat there takes at most $2 KiB" stays_below "$2" bash -c 'ssh "${@:2}" root@server "cat > /tmp/large" < "$1"' bash \
    "$work/large" "${ssh_options[@]}"
  check "$1: a command that reads slowly: at most $2 KiB" stays_below "$2" bash -c 'head -c 8M "$1" |
    ssh "${@:2}" root@server "while [ \$(busybox dd bs=64k count=1 2>/dev/null | busybox wc -c) != 0 ]; do sleep 0.01; done"' bash \
    "$work/large" "${ssh_options[@]}"
  check "$1: scp back over a slow line: at most $2 KiB" stays_below "$2" bash -c 'timeout 4 scp -q "$@" || true' bash \
    "${throttled[@]}" root@server:/tmp/large "$work/back"
  check "$1: when that client is gone, sftp is too" no_sftp_goes_on
  check "$1: cat back over a slow line: at most $2 KiB" stays_below "$2" bash -c \
    'ssh "$@" root@server "busybox head -c 16000000 /tmp/large" > /dev/null' bash "${throttled[@]}"
}

make_container roomy 0
start roomy
bounded roomy 8192
stop roomy
# cgroup v2 and v1, as the container sees them
make_container small2 0
mkdir -p "$work/small2/sys/fs/cgroup" && echo 25165824 > "$work/small2/sys/fs/cgroup/memory.max"
start small2
bounded small2 4096
stop small2
make_container small1 0
mkdir -p "$work/small1/sys/fs/cgroup/memory" && echo 67108864 > "$work/small1/sys/fs/cgroup/memory/memory.limit_in_bytes"
start small1
bounded small1 4096
stop small1
rm -f "$work"/{large,back} "$work"/*/tmp/large

# A holder, by what is its own alone: one that has nothing to do, and one whose client takes less than the command prints.
holder_takes() {
  local most=$1 taken
  shift
  taken=$(/usr/bin/python3 "$here/test/memory.py" holder "$(pgrep -n -x -f 'sshd: holder')" "$@") || return 1
  echo "$taken KiB"
  [ -z "${SSHPOD_TEST_VERBOSE:-}" ] || echo "# $taken KiB" >&2
  [ "$taken" -gt "$((most / 10))" ] && [ "$taken" -le "$most" ]
}
# sends COMMAND to the open session, and waits until its client has got so many bytes
prints() {
  local most=$2 before
  before=$(stat -c %s "$work/session.out")
  echo "$1" > "$work/session.in"
  for _ in $(seq 300); do [ $(($(stat -c %s "$work/session.out") - before)) -lt "$most" ] || return 0; sleep 0.1; done
  return 1
}
shell_open() {
  rm -f "$work/session.in"
  mkfifo "$work/session.in"
  ssh "${ssh_options[@]}" root@server 'echo open; exec sh' < "$work/session.in" > "$work/session.out" 2> /dev/null &
  session=$!
  exec 7> "$work/session.in"
  for _ in $(seq 100); do grep -q open "$work/session.out" && return; sleep 0.1; done
  return 1
}
# what a holder gave back when it was idle for five seconds
idle_holder() {
  for _ in $(seq 80); do ! holder_takes 200 > "$work/holder" || break; sleep 0.1; done
  cat "$work/holder"
  holder_takes 200
}
make_container held16 0
mkdir -p "$work/held16/sys/fs/cgroup" && echo 16777216 > "$work/held16/sys/fs/cgroup/memory.max"
start held16
where=port:$port
by_resume
shell_open
check "a holder that has nothing to do takes at most 200 KiB" holder_takes 200
{ declare -f prints; declare -p work; echo 'prints "busybox head -c 60000000 /dev/zero" 60000000'; } > "$work/prints"
check "a holder whose command prints takes at most 2560 KiB" holder_takes 2560 bash "$work/prints"
check "a holder gives back what it does not need any more" idle_holder
exec 7>&-
wait "$session" 2> /dev/null || true
stop held16
