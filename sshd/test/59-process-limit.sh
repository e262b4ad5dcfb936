# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # test.sh and its parts share variables
# A container that may have no more processes, wherever that is noticed. RLIMIT_NPROC counts those of a user, which nobody else
# here is, and does not count for root.

# served_or_refused: ssh works or says that it does not, and does not hang
served_or_refused() {
  local status=0
  timeout 20 ssh "${ssh_options[@]}" root@server true < /dev/null || status=$?
  echo "status $status"
  [ "$status" = 0 ] || [ "$status" = 255 ]
}
# stays PID...: waits until the user has these processes alone
stays() {
  local left
  for _ in $(seq 100); do
    left=$(pgrep -u "$limited" | paste -sd ' ')
    [ "$left" != "$*" ] || return 0
    sleep 0.1
  done
  ps -o pid,ppid,args -u "$limited"
  return 1
}
# as that user: root may not have CAP_SYS_RESOURCE
limit_to() { bash "$work/limit" "$1"; }
descriptors() { find "/proc/$1/fd" -mindepth 1 | wc -l; }

limited=54321
container_environment=(PATH=/bin HOME=/tmp)
container_options=("--gid=$limited" "--uid=$limited")
make_container full "$limited"
start full
where=port:$port
listener=$(listener_of full)
echo "exec setpriv --reuid=$limited --regid=$limited --clear-groups prlimit --pid $listener --nproc=\$1:" > "$work/limit"
plain_options=("${ssh_options[@]}")
check "full: before" equals "$limited" remote root 'id -u'
check "full: before, the listener has one process" stays "$listener"
descriptors=$(descriptors "$listener")
for most in 1 2 3 4 5 6; do
  limit_to "$most"
  ssh_options=("${plain_options[@]}")
  check "full: $most processes, a plain client is served or refused" served_or_refused
  check "full: $most processes, nothing of it is left" stays "$listener"
  by_resume
  check "full: $most processes, a client is served or refused" served_or_refused
  check "full: $most processes, nothing of that is left" stays "$listener"
done
check "full: no descriptor is left" equals "$descriptors" descriptors "$listener"
limit_to 1
check "full: with one process a client is refused" gives 255 timeout 20 ssh "${ssh_options[@]}" root@server true
limit_to 1000
check "full: afterwards a client is served" equals "$limited" remote root 'id -u'
ssh_options=("${plain_options[@]}")
check "full: afterwards a plain client is served" equals "$limited" remote root 'id -u'

# without_a_process COMMAND...: the next process that the listener would have cannot be forked, the one after that can
without_a_process() {
  local tracer result=0
  strace -qq -o /dev/null -p "$listener" -e trace=fork,vfork,clone -e inject=fork,vfork,clone:error=EAGAIN:when=1 &
  tracer=$!
  for _ in $(seq 100); do grep -q '^TracerPid:.0$' "/proc/$listener/status" || break; sleep 0.1; done
  "$@" || result=1
  kill "$tracer"
  wait "$tracer" || true
  return $result
}
greeted_by_sshd() { timeout 10 nc -w 3 127.0.0.1 "$port" < /dev/null | head -n 1 | grep '^SSH-2.0-'; }
if command -v strace > /dev/null; then
  check "full: where no process can stand between, sshd greets" without_a_process greeted_by_sshd
  check "full: and serves" without_a_process equals "$limited" remote root 'id -u'
  check "full: nothing of these is left" stays "$listener"
else
  echo "# a connection without a process between was not tested: needs strace"
fi
check "full: a paused connection outlasts it" attempt full bash "$work/limit"
check "full: nothing stays of that" stays "$listener"
stop full

limited=54322
container_options=("--gid=$limited" "--uid=$limited")
make_container full2 "$limited"
# one_session: what a session says to a client that says nothing, the names of its lines
one_session() {
  local status=0
  {
    declare -p work key bundle container_options container_environment container_mounts container_command
    declare -f run_in sshd_in session
    echo 'session full2'
  } > "$work/one"
  sleep 5 | timeout 20 bash "$work/one" > "$work/said" || status=$?
  [ "$status" != 124 ] || echo "hangs"
  sed 's/^\(error .*\|[a-z-]*\).*/\1/' "$work/said" | paste -sd ,
}
for most in 1 2; do
  container_command=(/usr/bin/prlimit "--nproc=$most:")
  check "full, session: $most processes: refused" equals \
    'error start cannot start a process: Resource temporarily unavailable' one_session
  check "full, session: $most processes: nothing is left" stays
done
container_command=(/usr/bin/prlimit --nproc=3:)
check "full, session: sshd without another process: its stream ends" equals 'host-key,resume-key,ok,sshpod-resume' one_session
check "full, session: of that nothing is left" stays
container_command=()
container_options=()
