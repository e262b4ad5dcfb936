# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# Still the container of 10-root.sh: fixes of a newer OpenSSH (patches/upstream-*), as far as they show from outside.

# A client that says nothing: its banner is waited for under seccomp, as another user, in an empty directory.
banner_is_sandboxed() {
  local session auth result=0
  exec 8<> "/dev/tcp/127.0.0.1/$port"
  # our greeting, then sshd's banner
  read -r -t 10 -u 8 && read -r -t 10 -u 8 || result=1
  session=$(pgrep -n -P "$(listener_of root)")
  auth=$(pgrep -P "$session")
  grep -E '^(Seccomp|Uid):' "/proc/$auth/status"
  grep -q '^Seccomp:.2$' "/proc/$auth/status" && grep -q '^Uid:.65534' "/proc/$auth/status" || result=1
  exec 8>&-
  return $result
}
check "who has said nothing yet is served from the sandbox" banner_is_sandboxed

# delays_of COMMAND...: how many delays the server makes while the command logs in, or tries to.
delays_of() {
  local tracer
  strace -f -qq -o "$work/delays" -p "$(listener_of root)" -e trace=nanosleep,clock_nanosleep &
  tracer=$!
  for _ in $(seq 1000); do
    ! grep -q "^TracerPid:.$tracer$" "/proc/$(listener_of root)/status" || break
    sleep 0.01
  done
  "$@" > /dev/null 2>&1 || echo "status $?"
  kill "$tracer" || echo "strace was not there"
  wait "$tracer" || true
  grep -c nanosleep "$work/delays" || true
}
if command -v strace > /dev/null; then
  check "whose key is accepted logs in without a delay" equals 0 delays_of remote root true
  check "whose key is refused hears it after a delay" equals 1 delays_of other_key_refused
  up root > /dev/null		# after that it answers nobody who has not asked
else
  echo "# delays of a login were not tested: needs strace"
fi

if /usr/bin/python3 -c 'import paramiko' 2> /dev/null; then
  check "who sends other things during a key exchange is disconnected" \
    timeout 60 /usr/bin/python3 "$here/test/protocol.py" rekey "$port" "$work/key"
else
  echo "# a key exchange that never ends was not tested: needs python3-paramiko"
fi

# The same file under two names: what was read is appended, and so read again.
copies_no_file_to_itself() {
  local file=$work/root/tmp/grows
  head -c 65536 /dev/zero > "$file"
  ln -f "$file" "$file.link"
  equals "status 4" timeout 5 /usr/bin/python3 "$here/test/protocol.py" copy-data /tmp/grows /tmp/grows.link \
    ssh "${ssh_options[@]}" -s root@server sftp || return 1
  equals 65536 stat -c %s "$file"
}
check "sftp copies no file to its own other name" copies_no_file_to_itself
check "sftp copies a file to another" bash -c '
  d=$0 && head -c 65536 /dev/zero > "$d/root/tmp/other" && "$@" && [ "$(stat -c %s "$d/root/tmp/other")" = 131072 ]' "$work" \
  timeout 5 /usr/bin/python3 "$here/test/protocol.py" copy-data /tmp/grows /tmp/other ssh "${ssh_options[@]}" -s root@server sftp
rm -f "$work"/root/tmp/{grows,grows.link,other}
stop root

# Where no filter can be installed, nobody logs in: the server says so before it listens, or else at the login.
make_container unfiltered 0
container_command=(/usr/bin/python3 "$here/test/without_seccomp.py" all)
check "without seccomp there is no server" grep -q \
  '^error start no seccomp filter can be installed here, and without one nobody can log in safely: Operation not permitted' \
  <(up unfiltered)
container_command=(/usr/bin/python3 "$here/test/without_seccomp.py" real)
check "a filter that is refused later: the server starts" start unfiltered
check "a filter that is refused later: nobody logs in" gives 255 remote root true
check "a filter that is refused later: the log says why" \
  grep -q 'prctl(PR_SET_SECCOMP): Operation not permitted' "$work/unfiltered/tmp/sshpod/b/state/log"
stop unfiltered
container_command=()
start root
