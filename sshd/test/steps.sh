# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# Checks of more than one step.

login_path() { echo 'echo $PATH' | remote_stdin root -T 2> /dev/null | tail -n 1; }
remote_stdin() { timeout 60 ssh "${ssh_options[@]}" "$1@server" "${@:2}"; }

sftp_batch() { sftp -q "${ssh_options[@]}" -b - "$1@server"; }

sftp_umask() {
  echo new > "$work/file"
  chmod 666 "$work/file"
  echo "put $work/file /tmp/by-sftp" | sftp_batch root
  equals 660 stat -c %a "$work/root/tmp/by-sftp"
}

malformed_passwd() {
  local passwd=$work/root/etc/passwd
  cp "$passwd" "$work/passwd"
  {
    printf 'no colons\n:::::::\napp:x:abc:1::/:/bin/sh\napp2:x:-1:1::/:/bin/sh:::\nhuge:x:99999999999999:1\n\0\n'
    head -c 3000000 /dev/zero | tr '\0' y
    echo
    cat "$work/passwd"
  } > "$passwd"
  local result=0
  equals /home/app remote app 'echo $HOME' && equals /root remote app2 'echo $HOME' || result=1
  cp "$work/passwd" "$passwd"
  return $result
}

other_key_refused() {
  [ -e "$work/other" ] || ssh-keygen -q -t ed25519 -N '' -f "$work/other"
  ! ssh "${ssh_options[@]/$work\/key/$work/other}" root@server true
}

left_running_survives() {
  local pid
  remote root '(trap "" HUP; exec sleep 60) > /dev/null 2>&1 & echo $! > /tmp/survivor'
  pid=$(cat "$work/root/tmp/survivor")
  sleep 0.3
  # not a zombie
  grep -q '^State:.S' "/proc/$pid/status" && kill "$pid"
}

fifty_connections() {
  local i pids=()
  for i in $(seq 50); do
    remote root "echo $i" > "$work/connection.$i" 2>&1 < /dev/null &
    pids+=($!)
  done
  wait "${pids[@]}" || true
  for i in $(seq 50); do
    equals "$i" cat "$work/connection.$i" || return 1
  done
}

# background_forward OPTIONS...: a connection that only forwards; sets $forward to its process
background_forward() {
  ssh "${ssh_options[@]}" -o ExitOnForwardFailure=yes -N "$@" root@server < /dev/null &
  forward=$!
  sleep 0.7
}

# The server's own greeting, fetched through the forwarding under test.
greets() { timeout 5 nc -w 3 "$@" < /dev/null | head -n 2 | grep -q ^SSH-2.0-; }

free_port() { echo $((20000 + RANDOM % 10000)); }

forward_local() {
  local p result=0
  p=$(free_port)
  background_forward -L "127.0.0.1:$p:127.0.0.1:$port"
  greets 127.0.0.1 "$p" || result=1
  kill "$forward"
  return $result
}

forward_remote() {
  local p result=0
  p=$(free_port)
  background_forward -R "127.0.0.1:$p:127.0.0.1:$port"
  greets 127.0.0.1 "$p" || result=1
  kill "$forward"
  return $result
}

forward_dynamic() {
  local p result=0
  p=$(free_port)
  background_forward -D "127.0.0.1:$p"
  greets -X 5 -x "127.0.0.1:$p" 127.0.0.1 "$port" || result=1
  kill "$forward"
  return $result
}

forward_socket() {
  local result=0
  background_forward -R "/tmp/forwarded.sock:127.0.0.1:$port"
  greets -U "$work/$1/tmp/forwarded.sock" || result=1
  kill "$forward"
  return $result
}

# agent_forwarded USER DIRECTORY CONTAINER: the socket is there, and the agent answers through it
agent_forwarded() {
  local user=$1 directory=$2 socket result=0
  coproc AGENT { ssh -A "${ssh_options[@]}" "$user@server" 'echo $SSH_AUTH_SOCK; read line'; }
  # shellcheck disable=SC2034
  local pid=$AGENT_PID
  read -r -t 10 socket <&"${AGENT[0]}" || result=1
  echo "socket: $socket"
  case $socket in "$directory"/ssh-*/agent.*) ;; *) result=1 ;; esac
  if [ -n "${3:-}" ]; then
    SSH_AUTH_SOCK=$work/$3$socket ssh-add -l | grep -q 'test key' || result=1
  fi
  echo end >&"${AGENT[1]}" || true
  wait "$pid" || true
  return $result
}

agent_groups() { equals '0 2000 2001' remote root -A 'id -G'; }
