# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# Connections through a port that outlive their stream, and the listener.

container_environment=(PATH=/bin HOME=/root)
make_container paused 0
start paused 3
where=port:$port
listener=$(listener_of paused)
check "resume: a plain client is served" equals 0 remote root 'id -u'
check "resume: a plain client sees where it comes from" grep -qE "^127\.0\.0\.1 [0-9]+ 127\.0\.0\.1 $port\$" \
  <(remote root 'echo $SSH_CONNECTION')
by_resume
check "resume: a command" equals '0 0' remote root 'echo $(id -u) $(id -g)'
check "resume: a client sees where it comes from" grep -qE "^127\.0\.0\.1 [0-9]+ 127\.0\.0\.1 $port\$" \
  <(remote root 'echo $SSH_CONNECTION')
check "resume: an exit status arrives" gives 7 remote root 'exit 7'
check "resume: 8 MB pass both ways unchanged, with 40 cuts" survives 40
check "resume: no holder stays" equals 0 holders_of paused
check "resume: nothing in the log" equals '' cat "$work/paused$bundle/state/log"
check "resume: a client that comes back goes on" attempt resume
check "resume: half a frame that was cut does no harm" attempt half_a_frame
check "resume: what was not acknowledged comes again" attempt replay
check "resume: what sshd said while nobody was there is fetched" attempt fetch "$listener"
check "resume: sshd stopped in poll(), and going on" attempt stop "$listener"
check "resume: an orderly end leaves nothing" attempt end
check "resume: a client that vanishes after its end leaves nothing" attempt vanish_after_end
check "resume: when the grace is over, nothing stays" attempt grace 1
check "resume: without a grace, it ends with its stream" attempt grace 0
check "resume: no grace is longer than a week" attempt long_grace

# What exec began goes on through the port, and the other way round.
{
  declare -p work key bundle container_options container_environment container_mounts container_command
  declare -f run_in sshd_in session
  echo "session paused 2> /dev/null | { read -r _; read -r _; read -r _; exec cat; }"
} > "$work/proxy"
check "resume: begun through the port, continued through exec" attempt resume "exec:bash $work/proxy"
where="exec:bash $work/proxy"
check "resume: begun through exec, continued through the port" attempt resume "port:$port"
where=port:$port

# idle is three seconds
not_idle() {
  SSHPOD_GRACE=60 session_open || return 1
  pkill -STOP -f "$resume_client carry port:$port"
  sleep 5
  pkill -CONT -f "$resume_client carry port:$port"
  kill -0 "$listener" && session_still_works
}
check "resume: a paused connection keeps the listener" not_idle
exec 7>&-
wait "$session" 2> /dev/null || true

{
  declare -p work key bundle container_options container_environment container_mounts container_command
  declare -f run_in answer_of up_in up
  echo 'up paused 0'
} > "$work/restart"
check "resume: the listener is killed, another one finds the holder" attempt listener "$listener" "bash $work/restart"
start paused 0
where=port:$port
listener=$(listener_of paused)

# "down" leaves connections alone, and they are resumed through the next listener.
goes_on_after_down() {
  by_resume
  rm -f "$work/notes"
  SSHPOD_NOTES=$work/notes session_open || return 1
  equals ok down paused || return 1
  session_still_works || return 1
  exec 7>&-
  wait "$session" || true
  for _ in $(seq 50); do ! grep -q '^end 0' "$work/notes" 2> /dev/null || return 0; sleep 0.1; done
  return 1
}
check "resume: down leaves it alone" goes_on_after_down
start paused 0
where=port:$port
{
  declare -p work key bundle container_options container_environment container_mounts container_command
  declare -f run_in sshd_in down
  echo 'down paused all'
} > "$work/down.command"
check "resume: down all ends it, and says so" attempt down bash "$work/down.command"
check "resume: down all leaves no holder" equals 0 holders_of paused
check "resume: down all leaves no process" equals '' pgrep -P "$(listener_of paused)"

# A STATE in which no socket can be made.
make_container unpausable 0
start unpausable
where=port:$port
touch "$work/unpausable$bundle/state/resume"
check "resume: where no socket can be made, the connection works and cannot be resumed" attempt no_grace
rm "$work/unpausable$bundle/state/resume"
# A key that was replaced: clients that remember the old one come through "up".
rm "$work/unpausable$bundle/state/resume_key"
check "resume: without its key, the listener hangs up" hangs_up
check "resume: without its key, another one starts" start unpausable
where=port:$port
check "resume: without its key, another one serves" attempt resume
stop unpausable
