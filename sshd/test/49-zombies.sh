# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# A container whose first process reaps nobody, as most applications: what a connection leaves there.

container_options=()
container_environment=(PATH=/bin HOME=/root)
make_container unreaped 0
# The session is a child of the shell that becomes the first process: it stays as a zombie itself, as the
# runtime would reap it, and is not counted.
cat > "$work/unreaped/bin/first" << 'END'
exec 3<&0
cd "$1" && { ./sshd session state 60 - "$2" <&3 & } && echo $! > /tmp/session && exec sleep 7301 < /dev/null > /dev/null 2>&1 3<&-
END
attach_unreaped() {
  {
    declare -p work key bundle container_options container_environment container_mounts
    declare -f run_in
    echo 'container_command=(unshare --pid --fork --kill-child)'
    echo 'run_in unreaped sh /bin/first "$bundle" "$key" 2> /dev/null | { read -r _; read -r _; read -r _; exec cat; }'
  } > "$work/proxy"
  ssh_options=("${ssh_options[@]/#ProxyCommand=*/ProxyCommand=bash $work/proxy}")
  # each of these sessions is the first of a container's, and says its host key to nobody here
  ssh_options=("${ssh_options[@]/#StrictHostKeyChecking=yes/StrictHostKeyChecking=no}")
  rm -f "$work/known_hosts"
}
# PID outside is NUMBER in the container
is_number_there() { grep -q "^NSpid:.*[[:space:]]$2\$" "/proc/$1/status"; }
state_of() { sed -n 's/^State:.\(.\).*/\1/p' "/proc/$1/status"; }
states_of() {
  local pid
  for pid in $(pgrep -P "$1"); do
    ! is_number_there "$pid" "$2" || state_of "$pid"
  done
}
# left_by COMMAND: the states and names of what remains, but for the two
left_by() {
  local first session pid
  timeout 30 ssh "${ssh_options[@]}" root@server "$1" > "$work/left.out" 2> "$work/left.err" < /dev/null || {
    echo "no connection"; cat "$work/left.err"
    return 1
  }
  session=$(cat "$work/unreaped/tmp/session")
  first=$(pgrep -n -x -f 'sleep 7301' || true)
  [ -n "$first" ] || { echo "no first process"; return 1; }
  for _ in $(seq 60); do
    [ "$(states_of "$first" "$session")" != Z ] || break
    sleep 0.1
  done
  for pid in $(pgrep -P "$first"); do
    is_number_there "$pid" "$session" || state_of "$pid"
  done
  kill -9 "$first"
}
attach_unreaped
for _ in 1 2 3; do
  check "a connection through exec leaves no zombie" equals '' left_by true
done
check "what was left running is all that stays" equals S left_by '(trap "" HUP; exec sleep 7302) > /dev/null 2>&1 < /dev/null &'

# The server. It is entered from outside of the PID namespace, as a container's runtime does: what is not a child of ours there
# falls to the first process.
make_container guest 0
container_command=(unshare --pid --fork --kill-child)
run_in guest sleep 7303 > /dev/null 2>&1 < /dev/null &
for _ in $(seq 100); do first_process=$(pgrep -n -x -f 'sleep 7303') && is_number_there "$first_process" 1 && break; sleep 0.1; done
container_command=(nsenter "--pid=/proc/$first_process/ns/pid")
# the number that the server has outside
server_there() {
  local pid number
  number=$(listener_of guest)
  for pid in $(pgrep -f 'sshd serve|sshd up|sshd: '); do
    [ "$(readlink "/proc/$pid/ns/pid")" = "$(readlink "/proc/$first_process/ns/pid")" ] || continue
    ! is_number_there "$pid" "$number" || echo "$pid"
  done
}
# What the first process has, alive or dead, a moment later: states and names.
left_to_first() {
  local left pid
  for _ in $(seq "${1:-30}"); do
    left=$(for pid in $(pgrep -P "$first_process"); do echo "$(state_of "$pid") $(cat "/proc/$pid/comm")"; done 2> /dev/null)
    [ -n "$left" ] || return 0
    sleep 0.1
  done
  echo "$left"
}
listens() { [ -n "$(timeout 5 nc -d -w 3 127.0.0.1 "$port" | head -n 1)" ]; }
# until the last of our processes has ended: the server stays beside sessions that go on
all_gone() {
  [ -n "$1" ] || { echo "which?"; return 1; }
  for _ in $(seq 200); do grep -qs "^NSpid:.*" "/proc/$1/status" || return 0; sleep 0.1; done
  echo "$1 is still there: $(state_of "$1")"
  return 1
}
killed_client() {
  local client
  remote_client "$@" & client=$!
  for _ in $(seq 100); do [ ! -e "$work/guest/tmp/here" ] || break; sleep 0.1; done
  rm "$work/guest/tmp/here"
  # shellcheck disable=SC2046 # its ProxyCommand
  kill -9 $(pgrep -P "$client") "$client" || true
}
remote_client() { exec ssh "${ssh_options[@]}" root@server "$@" < <(sleep 20) > /dev/null 2>&1; }

# nsenter stops when its child was stopped, and then reaps nobody.
wake() { pkill -CONT -f "^nsenter --pid=/proc/$first_process/ns/pid " || true; }

start guest 3
pid=$(server_there)
for _ in 1 2 3; do remote root true; done
check "a server that leaves when idle is gone" all_gone "$pid"
check "a server that leaves when idle leaves no zombie" left_to_first
start guest 5
pid=$(server_there)
killed_client 'touch /tmp/here; cat | cat' 2> /dev/null
check "a client that was killed: the server leaves when idle" all_gone "$pid"
check "a client that was killed leaves no zombie" left_to_first
start guest
pid=$(server_there)
check "down: a session is open" session_open
check "down: the server says so" equals ok down guest
check "down: the session goes on" session_still_works
check "down: another server starts beside it" eval 'start guest && gives 0 remote root true'
check "down: nothing is left to the first process while the session goes on" left_to_first
exec 7>&-
wait "$session" || true
check "down: the old server ends with its last session" all_gone "$pid"
check "down: no zombie is left" left_to_first
pid=$(server_there)
session_open
check "down, then all: the server leaves" equals ok down guest
check "down, then all: the session of the one that had left ends too" equals ok down guest all
check "down, then all: nothing is there" all_gone "$pid"
check "down, then all: no zombie is left" left_to_first
exec 7>&-
kill "$session" 2> /dev/null || true
wait "$session" 2> /dev/null || true
start guest
pid=$(server_there)
session_open
check "down all: the server leaves" equals ok down guest all
check "down all: nothing is there" all_gone "$pid"
check "down all: no zombie is left" left_to_first
exec 7>&-
kill "$session" 2> /dev/null || true
wait "$session" 2> /dev/null || true
start guest
pid=$(server_there)
kill -STOP "$pid"
(sleep 60 | nc 127.0.0.1 "$port" > /dev/null) & stranger=$!
down guest > /dev/null & teller=$!
sleep 0.5
kill -CONT "$pid"
wake
wait "$teller" || true
check "a connection that came while the server was told to leave does not keep it" all_gone "$pid"
kill "$stranger" 2> /dev/null || true
start guest
pid=$(server_there)
kill -STOP "$pid"
check "one that hangs is replaced" eval 'start guest && gives 0 remote root true'
check "one that hangs and was replaced leaves no zombie" left_to_first
# What a user leaves running is a child of the server while that is there, and is neither a connection nor told to leave.
remote root '(trap "" HUP; exec sleep 7304) > /dev/null 2>&1 < /dev/null &'
remote root '(sleep 0.3; exit 5) > /dev/null 2>&1 < /dev/null &'
sleep 6
check "how an orphan ends says nothing of who may log in" listens
pid=$(server_there)
check "down all: says so" equals ok down guest all
check "down all: the server is gone" all_gone "$pid"
check "down all: what a user left running lives on, alone" equals 'S sleep' left_to_first 2
start guest 4
pid=$(server_there)
remote root '(trap "" HUP; while :; do (sleep 0.1 &); sleep 0.4; done) > /dev/null 2>&1 < /dev/null &'
check "neither what a user left running nor its children keep the server" \
  eval 'sleep 5; all_gone "$pid" && left_to_first 1 | grep -q "^S sh$"'
kill -9 "$first_process"
wake
first_process=''

# Where the environment is too large for a script to carry, the server is forked as a process of its own.
container_command=()
container_environment=(PATH=/bin "LARGE_1=$(head -c 60000 /dev/zero | tr '\0' y)" "LARGE_2=$(head -c 60000 /dev/zero | tr '\0' '%')"
  'PLAIN=a b,%41=c'$'\n''d')
make_container laden 0
check "a large environment: up starts a server" start laden
check "a large environment: it arrives" equals '60000 60000 a b,%41=c'$'\n''d' remote root 'echo "${#LARGE_1} ${#LARGE_2} $PLAIN"'
stop laden
unset 'container_environment[1]' 'container_environment[2]'
container_environment=("${container_environment[@]}")
make_container plain 0
start plain
check "an environment with blanks and lines arrives" equals 'a b,%41=c'$'\n''d' remote root 'echo "$PLAIN"'
stop plain
container_environment=(PATH=/bin)
