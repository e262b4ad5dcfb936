# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# What is written down about logins and errors, and how much.

container_options=()
container_environment=(PATH=/bin HOME=/root SECRET=1 LANG=C.UTF-8 TZ=UTC EMPTY=)
make_container logged 0
state=$work/logged$bundle/state
fingerprint=$(ssh-keygen -lf "$work/key.pub" | cut -d ' ' -f 2)
start logged
remote root true
check "a login is a line with time, key and name" equals 1 grep -cE \
  "^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z ${fingerprint//+/\\+} root\$" "$state/logins"
check "the time is now" test "$(($(date +%s) - $(date -d "$(head -n 1 "$state/logins" | cut -d ' ' -f 1)" +%s)))" -lt 60
remote app true
check "the name is that of another user" grep -q ' app$' "$state/logins"
# as USER COMMAND: with a name that ssh takes only from its configuration
as() {
  printf 'Host server\nUser "%s"\n' "$1" > "$work/config"
  timeout 30 ssh "${ssh_options[@]/#none/$work/config}" server "$2"
}
as 'nobody knows' true
check "the name is the one that ssh gave" grep -q ' nobody\\040knows$' "$state/logins"
as $'x\r2026-01-01T00:00:00Z SHA256:forged root\e[2J' true
check "a name forges no line" equals 4 grep -c . "$state/logins"
check "a name is nothing but letters" equals 0 grep -cvE '^[!-~ ]*$' "$state/logins"
as "$(head -c 900 /dev/zero | tr '\0' y)" true
check "a long name is cut" equals 0 grep -cE '.{250}' "$state/logins"
other_key_refused 2> /dev/null
check "who is refused has not logged in" equals 5 grep -c . "$state/logins"
pid=$(listener_of logged)
stop logged
gone "$pid"
start logged
remote root true
check "logins are kept over a restart" equals 6 grep -c . "$state/logins"
check "logins are ours alone" equals 600 stat -c %a "$state/logins"
# what a session has open when its user's program runs
inherits_nothing() {
  local open
  open=$(remote "$1" 'cd /proc/self/fd && for f in *; do [ "$f" -le 2 ] || echo $(ls -l $f); done; true' 2> /dev/null)
  echo "$open"
  ! grep -qE 'logins|authorized|memfd|state|tmp/sshpod' <<< "$open"
}
check "a user's program inherits nothing of it" inherits_nothing root
check "a program of another user inherits nothing of it" inherits_nothing app

# a megabyte that an earlier time has left, and one login more
size_of_all() { du -bc "$state"/log* | tail -n 1 | cut -f 1; }
fill() { { yes "2026-01-01T00:00:00Z $fingerprint root" || true; } | head -n 6000 > "$state/logins"; }
fill
full=$(stat -c %s "$state/logins")
remote root true
check "a full file of logins makes room" equals "$full 1" eval 'echo $(stat -c %s "$state/logins.old") $(grep -c . "$state/logins")'
fill
remote root true
check "two files are all" eval '
  size_of_all; [ "$(size_of_all)" -lt 1000000 ] && equals "logins logins.old" eval "cd $state && echo logins*"'

# a forwarding to a port where nobody listens says so each time
errors() {
  local p i
  head -c 66000 /dev/zero | tr '\0' '\n' > "$state/log"
  p=$(free_port)
  background_forward -L "127.0.0.1:$p:127.0.0.1:1"
  for i in 1 2 3 4 5; do nc -d -w 1 127.0.0.1 "$p" || true; done
  kill "$forward"
  grep 'connect_to 127.0.0.1 port 1: failed' "$state/log" && [ "$(stat -c %s "$state/log")" -lt 2000 ]
}
check "the log of errors makes room while the server runs" errors
stop logged

make_container cleaned 0
start cleaned
names() {
  remote "$@" 'cat /proc/self/environ' | tr '\0' '\n' | sed 's/=.*//' | grep -vE '^(PWD|OLDPWD|SHLVL|_)$' | sort | tr '\n' ' '
}
check "another user has the container's environment" equals \
  'EMPTY HOME LANG LOGNAME PATH SECRET SHELL SSH_CLIENT SSH_CONNECTION TZ USER ' names app
up cleaned 0 state "$key" 60 clean-environment > /dev/null
check "with clean-environment, that of a login" equals \
  'HOME LANG LOGNAME MINE PATH SHELL SSH_CLIENT SSH_CONNECTION TZ USER ' names app -o SetEnv=MINE=1
check "with clean-environment, in a terminal too" equals '' remote_stdout app -tt 'echo $SECRET | tr -d "\r\n"'
check "with clean-environment, the container's user has the container's" equals 1 remote root 'echo $SECRET'
mkdir -p "$work/cleaned/home/app/.ssh"
echo 'SSHPOD_ENVIRONMENT=all' > "$work/cleaned/home/app/.ssh/environment"
check "that user cannot undo it" equals '' remote app 'echo $SECRET'
check "whoever logs in sees no variable of ours" equals '' remote app 'echo $SSHPOD_ENVIRONMENT'
check "the file says so of the key" grep -q \
  ',environment="SSHPOD_ENVIRONMENT=clean" ssh-ed25519 ' "$work/cleaned$bundle/state/authorized_keys"
up cleaned > /dev/null
check "without it again, as before" equals 1 remote app 'echo $SECRET'

title_of() { tr '\0' ' ' < "/proc/$1/cmdline" | sed 's/ *$//'; }
check "the server's title in ps" equals "sshd: $bundle/sshd -D -e -f /proc/self/fd/N [listener] 0 of 200-200 startups" \
  eval 'title_of "$(listener_of cleaned)" | sed "s|fd/[0-9]*|fd/N|"'
session_title() { remote root 'echo $(tr "\0" " " < /proc/$PPID/cmdline)'; }
check "a session's title in ps" grep -qE '^sshd-session: root@notty *$' <(session_title)
stop cleaned
