# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# One connection over stdin and stdout, with nothing that listens.

# session NAME: prints the answer, then carries the connection
session() { sshd_in "$1" "$bundle" session state 86400 - "$key"; }

# attach NAME: makes "remote" reach it through sessions
attach() {
  # a pipe, as an exec stream is: sshd-auth may write to no file (RLIMIT_FSIZE)
  session "$1" < /dev/null | cat > "$work/answer"
  echo "server $(sed -n 's/^host-key //p' "$work/answer")" > "$work/known_hosts"
  {
    declare -p work key bundle container_options container_environment container_mounts container_command
    declare -f run_in sshd_in session
    echo "session $1 2> $work/stderr | { read -r _; read -r _; read -r _; exec cat; }"
  } > "$work/proxy"
  ssh_options=("${ssh_options[@]/#ProxyCommand=*/ProxyCommand=bash $work/proxy}")
}

container_environment=(PATH=/bin HOME=/root MARK='a b')
make_container session 0
attach session
check "session answers three lines, then greets, then speaks ssh" equals 'host-key,resume-key,ok,sshpod-resume,SSH-2.0-OpenSSH' \
  awk '{ sub(/_.*/, "", $1); printf "%s%s", sep, $1; sep = "," }' "$work/answer"
check "session: a command" equals "0 a b" remote root 'echo $(id -u) $MARK'
check "session: an exit status arrives" gives 7 remote root 'exit 7'
check "session: another user" equals 1001 remote app 'id -u'
check "session: a terminal" grep -q '^/dev/pts/' <(remote root -tt tty)
check "session: 8 MB pass both ways unchanged" bash -c '
  head -c 8000000 /dev/urandom > "$0/data" && "$@" < "$0/data" | cmp - "$0/data"' "$work" \
  ssh "${ssh_options[@]}" root@server cat
check "session: nothing on the stream's stderr" equals '' cat "$work/stderr"
check "session: nothing in the log" equals '' cat "$work/session/tmp/sshpod/b/state/log"
check "session: nothing listens" test ! -e "$work/session/tmp/sshpod/b/state/port"
check "session and up have one host key" equals '' \
  diff <(grep host-key "$work/answer") <(up session | grep host-key)
stop session
check "session refuses another type of key" equals \
  'error key not an ssh-ed25519 or sk-ssh-ed25519@openssh.com public key' \
  sshd_in session "$bundle" session state 86400 - 'ssh-rsa AAAA'

# What the server said last would be lost with the stream, which is as long as its process (kubernetes#60140).
stays_for_its_client() {
  local pid
  session_open || return 1
  pid=$(pgrep -n -f '^./sshd session state ')
  # sshd-session, and its process of the user
  pkill -KILL -P "$(pgrep -d, -P "$pid")"
  pkill -KILL -P "$pid"
  sleep 0.5
  kill -0 "$pid" || { echo "left at once"; return 1; }
  for _ in 1 2 3; do gone "$pid" && break; done
  gone "$pid" || return 1
  exec 7>&-
  wait "$session" 2> /dev/null || true
}
check "session: when the server ends, the stream stays a while" stays_for_its_client
ends_with_its_client() {
  local before
  before=$(pgrep -c -f '^./sshd session state ')
  session_open || return 1
  [ "$(pgrep -c -f '^./sshd session state ')" -gt "$before" ] || { echo "no session"; return 1; }
  kill -9 "$session"
  exec 7>&-
  for _ in $(seq 50); do
    [ "$(pgrep -c -f '^./sshd session state ')" -gt "$before" ] || return 0
    sleep 0.1
  done
  return 1
}
check "session: a client that vanishes takes it along" ends_with_its_client
session_open
server_side=$(pgrep -n -f '^./sshd session state ')
check "down leaves it alone" equals ok down session
check "down leaves it alone: it works" session_still_works
check "down all ends it" equals ok down session all
check "down all ends it: it is gone" gone "$server_side"
exec 7>&-
wait "$session" 2> /dev/null || true

container_command=(/usr/bin/python3 "$here/test/without_seccomp.py" all)
make_container session-unfiltered 0
check "session: without seccomp there is none" grep -q '^error start no seccomp filter can be installed here' \
  <(session session-unfiltered < /dev/null)
container_command=()
