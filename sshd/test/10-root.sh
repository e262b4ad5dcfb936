# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# A container that runs as root with all that Docker would give it.

make_container root 0
# shellcheck disable=SC1003 # it does not
container_environment=(PATH=/opt/bin:/bin HOME=/root $'LINES2=a\nb\n' 'QUOTES="'\''$x`\' 'UTF8=grün ✓'
  "BIG=$(head -c 100000 /dev/zero | tr '\0' x)" EMPTY= KRB5CCNAME=kept SSHPOD_SECRET=1)
check "version names itself" grep -qE '^sshpod-sshd 1[0-9.]+p1-\S+ amd64$' <(run_in root /tmp/sshpod/b/sshd version)
check "up starts a server" start root
check "up answers exactly four lines" equals 'port,host-key,resume-key,ok' \
  awk '{ printf "%s%s", sep, $1; sep = "," }' "$work/answer"
check "up finds the running server" cmp "$work/answer" <(up root)

check "exec runs as root" equals "0 0" remote root 'echo $(id -u) $(id -g)'
check "an exit status arrives" gives 7 remote root 'exit 7'
check "a signal ends as 255" gives 255 remote root 'kill -9 $$'
check "stderr stays apart" equals out remote_stdout root "echo out; echo err >&2"
check "8 MB pass both ways unchanged" bash -c '
  head -c 8000000 /dev/urandom > "$0/data" && "$@" < "$0/data" | cmp - "$0/data"' "$work" \
  ssh "${ssh_options[@]}" root@server cat
check "a terminal" grep -q '^/dev/pts/' <(remote root -tt tty)
check "the terminal of another user" grep -q '^/dev/pts/' <(remote app -tt 'tty; echo $SSH_TTY')

# Everything the container has, byte for byte; on top only what ssh sets.
environment_matches() {
  local added
  remote root 'cat /proc/self/environ' | sort -z > "$work/environment.session"
  printf '%s\0' "${container_environment[@]}" | grep -zv '^SSHPOD_' | sort -z > "$work/environment.container"
  [ "$(comm -z -23 "$work/environment.container" "$work/environment.session" | tr '\0' '\n')" = "" ] || return 1
  added=$(comm -z -13 "$work/environment.container" "$work/environment.session" | cut -z -d = -f 1 | tr '\0' ' ')
  echo "added: $added"
  # PWD, OLDPWD, SHLVL and _ are the shell's
  [ "$(printf '%s' "$added" | tr ' ' '\n' | grep -vE '^(PWD|OLDPWD|SHLVL|_)$' | tr '\n' ' ')" = \
    "LOGNAME SHELL SSH_CLIENT SSH_CONNECTION USER " ]
}
check "the environment is the container's" environment_matches
check "the umask is the container's" equals 0007 remote root umask
check "a login shell keeps PATH" equals /opt/bin:/bin login_path
check "SetEnv wins, PATH too" equals '/mine:/bin x' remote root -o 'SetEnv=PATH=/mine:/bin NEW=x' 'echo $PATH $NEW'
check "sftp has the container's umask" sftp_umask

check "another user has its own ids and groups" equals '1001 1001 1001 3000 3001' \
  remote app 'echo $(id -u) $(id -g) $(id -G)'
check "another user has its own variables" equals '/home/app app app /bin/sh /home/app' \
  remote app 'echo $HOME $USER $LOGNAME $SHELL $(pwd)'
check "an unknown name is the container's user" equals '0 root /root' remote nobody-knows 'echo $(id -u) $USER $HOME'
check "a locked account without a shell gets in" equals '1002 / /bin/sh' remote service 'echo $(id -u) $HOME $SHELL'
check "malformed and huge lines in /etc/passwd do no harm" malformed_passwd
check "any other key is refused" other_key_refused
up root > /dev/null		# after that it answers nobody who has not asked
check "a password is not asked for" grep -q 'Permission denied (publickey)' <(
  ssh "${ssh_options[@]/$work\/key/none}" root@server true 2>&1)
up root > /dev/null
check "what was left running lives on" left_running_survives
check "50 connections at once" fifty_connections
check "nothing in the log" equals '' cat "$work/root/tmp/sshpod/b/state/log"
