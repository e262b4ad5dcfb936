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
check "down leaves no port and no socket" equals "authorized_keys host_key lock.keys lock.server lock.sessions log logins resume_key" \
  bash -c 'cd "$0" && echo *' "$work/down$bundle/state"
check "down leaves the session alone" session_still_works
check "down says ok when there is no server" equals ok down down
exec 7>&-
wait "$session" || true
start down
session_open
server_side=$(pgrep -P "$(listener_of down)")	# sshd-session, and the process between it and the client
check "down all ends the server" equals ok down down all
for process in $server_side; do check "down all ends the session" gone "$process"; done
kill "$session"
exec 7>&-
wait "$session" 2> /dev/null || true
check "down wants known words" equals 'error usage sshd down STATE [all]' down down everything

# What is not our server is signalled by nobody, whatever the files say.
make_container mistaken 0
start mistaken
stop mistaken
gone "$(listener_of mistaken)"
sleep 300 &
victim=$!
echo "$victim" > "$work/mistaken$bundle/state/lock.server"
check "down: a number in a file is not a server" equals ok down mistaken all
check "down: a number in a file is not a server: it lives" kill -0 "$victim"
flock "$work/mistaken$bundle/state/lock.server" sleep 60 &
locker=$!
sleep 0.3
echo "$victim" > "$work/mistaken$bundle/state/lock.server"
check "down: a lock that somebody else holds" equals \
  'error start a process that is not our server holds state/lock.server' down mistaken all
check "down: a lock that somebody else holds: the process of the number lives" kill -0 "$victim"
check "down: a lock that somebody else holds: its holder lives" kill -0 "$locker"
pkill -P "$locker"
kill "$victim" "$locker" 2> /dev/null || true

# A server of another container, on a volume that both mount: its process has no number in ours.
make_container shared 0
container_command=(unshare --pid --fork --kill-child)
sshd_in_foreign() {
  run_in shared sh -c 'cd -P "$1" && answer=$(./sshd up state 0 60 - "$2") && export SSHPOD_ENVIRON="${answer#* }" && {
    ./sshd serve state 0 60 - "$2" & } && exec sleep 60' sh "$bundle" "$key"
}
sshd_in_foreign > "$work/answer" 2>&1 &
foreign=$!
for _ in $(seq 50); do grep -q '^ok' "$work/answer" && break; sleep 0.1; done
foreign_error='error start state/control belongs to a process that is not ours'
check "a server of another container is not ended" equals "$foreign_error" down shared all
check "a server of another container is given no key" equals "$foreign_error" up shared
check "a server of another container lives on" eval 'nc -d -w 1 127.0.0.1 "$(sed -n "s/^port //p" "$work/answer")" | grep -q SSH-2.0'
container_command=()
# the first process of that PID namespace, and with it all others
kill -9 "$(pgrep -P "$(pgrep -P "$(pgrep -P "$foreign")")")"
wait "$foreign" 2> /dev/null || true

make_container hung 0
start hung
pid=$(listener_of hung)
kill -STOP "$pid"
check "down: a server that hangs is killed" equals ok down hung
check "down: a server that hangs is killed: it is gone" gone "$pid"
