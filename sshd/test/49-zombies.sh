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
    echo 'run_in unreaped sh /bin/first "$bundle" "$key" 2> /dev/null | { read -r _; read -r _; exec cat; }'
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
