# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# What the client's system behind unasked, by the line that comes before the client's first.

container_options=() container_mounts='' container_command=()
container_environment=(PATH=/bin HOME=/root LANG=C.UTF-8 NO_COLOR=1)
make_container unasked 0
start unasked

# behind LINES SSH_OPTION...: shows the session's variables to a client whose proxy has sent the lines
behind() {
  printf %b "$1" > "$work/lines"
  timeout 30 "${sender[@]}" ssh -o "ProxyCommand=sh -c 'cat $work/lines - | nc -q 1 127.0.0.1 $port'" "${@:2}" "${ssh_options[@]}" \
    root@server 'echo "$LANG|$LC_ALL|$NO_COLOR|$OTHER"'
}
said='sshpod-unasked LANG=de_DE.UTF-8 LC_ALL=de_AT NO_COLOR= OTHER=x\n'
system=(-o 'SendEnv=LANG LC_ALL NO_COLOR OTHER')
sender=(env SHELL=/bin/sh LANG=de_DE.UTF-8 LC_ALL=de_AT NO_COLOR= OTHER=x)
check "what is unasked yields to what the container has" equals 'C.UTF-8||1|x' behind "$said" "${system[@]}"
check "what is set wins, the same value too" equals 'de_DE.UTF-8|C|1|x' behind "$said" "${system[@]}" -o 'SetEnv=LANG=de_DE.UTF-8 LC_ALL=C'
check "another value than the one that was named wins" equals 'de_DE|de_AT||x' behind 'sshpod-unasked LANG=de LC_ALL=de_\n' \
  -o 'SetEnv=LANG=de_DE' -o 'SendEnv=LC_ALL NO_COLOR OTHER'
check "without such a line all that comes wins" equals 'de_DE.UTF-8|de_AT||x' behind '' "${system[@]}"
check "an empty line of variables is one" equals 'de_DE.UTF-8|de_AT||x' behind 'sshpod-unasked \n' "${system[@]}"
check "two such lines are refused" gives 255 behind "$said$said"
check "another line is refused" gives 255 behind 'sshpod-unaske\n'
check "a line without end is refused" gives 255 behind "sshpod-unasked $(head -c 9000 /dev/zero | tr '\0' x)"
if /usr/bin/python3 -c 'import paramiko' 2> /dev/null; then
  check "another client than OpenSSH sends nothing unasked" equals 'de_DE.UTF-8' \
    timeout 60 /usr/bin/python3 "$here/test/protocol.py" environment "$port" "$work/key" LANG=de_DE.UTF-8
else
  echo "# another client than OpenSSH was not tested: needs python3-paramiko"
fi
check "nothing in the log of those that were right" equals '' \
  grep -v -e 'banner' -e 'invalid' "$work/unasked/tmp/sshpod/b/state/log"
stop unasked
