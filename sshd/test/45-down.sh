# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# Ending a server, and what stays.

down() { sshd_in "$1" "$bundle" down state "${@:2}"; }

# session_open: a session that runs in the background; sets $session
session_open() {
  rm -f "$work/session.in"
  mkfifo "$work/session.in"
  ssh "${ssh_options[@]}" root@server 'echo open; cat' < "$work/session.in" > "$work/session.out" 2> /dev/null &
  session=$!
  exec 7> "$work/session.in"
  for _ in $(seq 100); do grep -q open "$work/session.out" && return; sleep 0.1; done
  return 1
}
session_still_works() {
  echo more >&7
  for _ in $(seq 50); do grep -q more "$work/session.out" && return; sleep 0.1; done
  return 1
}

container_environment=(PATH=/bin HOME=/root)
make_container down 0
start down
check "down: a session is open" session_open
check "down ends the server" equals ok down down
check "down leaves no port" test ! -e "$work/down/tmp/sshpod/state/port"
check "down leaves the session alone" session_still_works
check "down says ok when there is no server" equals ok down down
exec 7>&-
wait "$session" || true
start down
session_open
server_side=$(pgrep -P "$(listener_of down)")
check "down all ends the server" equals ok down down all
check "down all ends the session" gone "$server_side"
kill "$session"
exec 7>&-
wait "$session" 2> /dev/null || true
check "down wants known words" equals 'error usage sshd down STATE [all]' down down everything
