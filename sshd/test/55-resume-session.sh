# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# Connections through exec that outlive their stream.

resume_client=$here/test/resume.py
# attempt NAME [...]: what attempts.py describes
attempt() { timeout 60 /usr/bin/python3 "$resume_client" try "$1" "$where" "$work/answer" "$work/key.pub" "${@:2}"; }
# by_resume: makes "remote" go through a client that resumes, at $where
by_resume() {
  ssh_options=("${ssh_options[@]/#ProxyCommand=*/ProxyCommand=/usr/bin/python3 $resume_client carry \"$where\" $work/answer $work/key.pub}")
}
# survives TIMES: 8 MB pass both ways unchanged while the stream is cut so often
# shellcheck disable=SC2094 # neither writes it
survives() {
  rm -f "$work/notes"
  head -c 8000000 /dev/urandom > "$work/data"
  SSHPOD_CUT=$((14000000 / $1)),$1 SSHPOD_NOTES=$work/notes timeout 120 ssh "${ssh_options[@]}" root@server cat < "$work/data" |
    cmp - "$work/data" || return 1
  equals "$1" grep -c ^cut "$work/notes"
}
# holders_of CONTAINER: how many sockets of holders there are
holders_of() {
  local i left
  for i in $(seq 50); do
    left=$(find "$work/$1$bundle/state/resume" -type s 2> /dev/null | wc -l)
    [ "$left" != 0 ] || break
    sleep 0.1
  done
  echo "$left"
}

container_environment=(PATH=/bin HOME=/root)
make_container held 0
attach held
where="exec:bash $work/proxy"
by_resume
check "resume, session: a command" equals '0 0' remote root 'echo $(id -u) $(id -g)'
check "resume, session: an exit status arrives" gives 7 remote root 'exit 7'
check "resume, session: 8 MB pass both ways unchanged, with 10 cuts" survives 10
check "resume, session: no holder stays" equals 0 holders_of held
check "resume, session: nothing in the log" equals '' cat "$work/held$bundle/state/log"
check "resume, session: a client that comes back goes on" attempt resume
check "resume, session: half a frame that was cut does no harm" attempt half_a_frame
check "resume, session: what was not acknowledged comes again" attempt replay
check "resume, session: an orderly end leaves nothing" attempt end
check "resume, session: a client that vanishes after its end leaves nothing" attempt vanish_after_end
check "resume, session: an unknown id is refused, and proves that" attempt unknown_id
check "resume, session: a plain client is served" attempt plain

# While any of 0, 1 and 2 is open, the exec does not end with its client.
gives_its_stream_away() {
  local pid result=0
  session_open || return 1
  pid=$(pgrep -o -f '^./sshd session state ')
  case $(readlink "/proc/$pid/fd/0")$(readlink "/proc/$pid/fd/1") in */dev/null/*/dev/null) ;; *) result=1 ;; esac
  case $(readlink "/proc/$pid/fd/2") in */log) ;; *) result=1 ;; esac
  ls -l "/proc/$pid/fd"
  ! find "/proc/$pid/fd" -lname 'pipe:*' | grep . || result=1
  exec 7>&-
  wait "$session" || result=1
  return $result
}
check "resume, session: the process of the exec has nothing of the stream" gives_its_stream_away

# The runtime kills the exec's process with its stream: the holder has a session of its own.
outlives_its_exec() {
  local pid result=0
  rm -f "$work/notes"
  SSHPOD_NOTES=$work/notes session_open || return 1
  pid=$(pgrep -o -f '^./sshd session state ')
  kill -KILL -- "$pid"
  pkill -USR1 -f "$resume_client carry exec:bash $work/proxy"
  for _ in $(seq 50); do grep -q ^cut "$work/notes" && break; sleep 0.1; done
  session_still_works || result=1
  exec 7>&-
  wait "$session" || result=1
  cat "$work/notes"
  grep -q '^cut 1' "$work/notes" || result=1
  return $result
}
check "resume, session: a holder outlives the process of its exec" outlives_its_exec
check "resume, session: no process stays" equals '' eval '
  sleep 1; ps -eo args | grep -F "sshd session state 86400 - $key" | grep -v grep || true'
