# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# Containers for the tests: a directory with busybox, entered through a mount namespace of its own.

make_keys() {
  ssh-keygen -q -t ed25519 -N '' -C 'test key' -f "$work/key"
  key=$(cat "$work/key.pub")
}

# Creates the file system of container NAME for UID: $work/NAME, with the bundle in /tmp/sshpod/b.
make_container() {
  local root=$work/$1 uid=$2 link
  mkdir -p "$root"/{bin,etc,dev,proc,root,home/app,sbin}
  mkdir -m 1777 "$root/tmp"
  cp "$(command -v busybox)" "$root/bin/busybox"
  for link in sh cat id env ls sleep nc sha256sum tty kill mkdir stat touch; do
    ln -s busybox "$root/bin/$link"
  done
  chmod 755 "$work/$1"
  chown 1001:1001 "$root/home/app"
  mkdir -p "$root/tmp/sshpod/b"
  cp "$bundles/sshd-${architecture:-amd64}" "$root/tmp/sshpod/b/sshd"
  chown -R "$uid:$uid" "$root/tmp/sshpod"
  chmod -R go= "$root/tmp/sshpod"
  cat > "$root/etc/passwd" << 'EOF'
root:x:0:0:root:/root:/bin/sh
app:x:1001:1001::/home/app:/bin/sh
service:!:1002:1002::/nonexistent:/sbin/nologin
EOF
  printf '%s\n' 'root:x:0:' 'app:x:1001:' 'extra:x:3000:app' 'many:x:3001:other,app' > "$root/etc/group"
}

# All capabilities but three, which are what an ephemeral container may have to become another user.
all_but_three=$(capsh --print | sed -n 's/^Bounding set =//p' | tr , '\n' | grep -vxE 'cap_(chown|setuid|setgid)' | paste -sd ,)

# Options of the next run_in, as capsh takes them; and variables of the container's environment.
container_options=()
container_environment=(PATH=/usr/bin:/bin)
container_mounts=:
# What the container is entered through, if anything: a user namespace.
container_command=()

# run_in NAME COMMAND...: runs it in the container
run_in() {
  local root=$work/$1
  shift
  env -i MOUNTS="$container_mounts" unshare --mount --fork /bin/bash -c '
    export PATH=/usr/sbin:/usr/bin:/sbin:/bin
    root=$1; shift
    mount --bind "$root" "$root" && mount --rbind /dev "$root/dev" && mount -t proc proc "$root/proc" || exit 99
    cd "$root" && eval "$MOUNTS" || exit 99
    options=(); while [ "$1" != -- ]; do options+=("$1"); shift; done; shift
    variables=(); while [ "$1" != -- ]; do variables+=("$1"); shift; done; shift
    command=(); while [ "$1" != -- ]; do command+=("$1"); shift; done; shift
    exec env -i "${variables[@]}" "${command[@]}" /usr/sbin/capsh --chroot="$root" "${options[@]}" --shell=/bin/busybox \
      -- sh -c "cd / && umask 007 && exec \"\$@\"" sh "$@"
  ' bash "$root" "${container_options[@]}" -- "${container_environment[@]}" -- "${container_command[@]}" -- "$@"
}

# sshd_in NAME DIRECTORY ARGUMENTS...: starts the program in the directory of its bundle, as the scripts do
sshd_in() {
  local name=$1 directory=$2
  shift 2
  run_in "$name" sh -c 'cd -P "$1" && shift && exec ./sshd "$@"' sh "$directory" "$@"
}

# answer_of COMMAND...: prints what a server answers that the command becomes. It stays.
answer_of() {
  local answer pid
  answer=$(mktemp "$work/said.XXXXXX")
  "$@" > "$answer" 2> "$answer.err" < /dev/null 7>&- &
  pid=$!
  while kill -0 "$pid" 2> /dev/null && ! grep -q '^ok' "$answer"; do sleep 0.02; done
  cat "$answer.err" >&2
  cat "$answer"
  grep -q '^ok' "$answer" || return 1
  rm -f "$answer" "$answer.err"
}

# up_in NAME DIRECTORY ARGUMENTS...: brings the server up as the scripts do, in the process that the container was entered with.
up_in() {
  local name=$1 directory=$2
  shift 2
  answer_of run_in "$name" sh -c 'cd -P "$1" && shift
    answer=$(SSHPOD_ENVIRON=/proc/$$/environ ./sshd up "$@") || { echo "$answer"; exit 1; }
    case $answer in start*) export SSHPOD_ENVIRON="${answer#* }" && exec ./sshd serve "$@" ;; esac
    echo "$answer"' sh "$directory" "$@"
}

# up NAME [IDLE [STATE [KEY [ACCESS [OPTIONS]]]]]: prints the answer
bundle=/tmp/sshpod/b
up() { up_in "$1" "$bundle" "${3-state}" "${2:-0}" "${5:-86400}" "${6:--}" "${4:-$key}"; }

# start NAME [...]: brings the server up as "up" does, and makes "remote" reach it
start() {
  up "$@" > "$work/answer"
  port=$(sed -n 's/^port //p' "$work/answer")
  echo "server $(sed -n 's/^host-key //p' "$work/answer")" > "$work/known_hosts"
  ssh_options=(-F none -i "$work/key" -o "ProxyCommand=nc 127.0.0.1 $port" -o HostKeyAlias=server
    -o StrictHostKeyChecking=yes -o "UserKnownHostsFile=$work/known_hosts" -o BatchMode=yes
    -o IdentitiesOnly=yes -o ConnectTimeout=10 -o LogLevel=ERROR)
  [ -n "$port" ]
}

# remote USER [SSH OPTIONS AND COMMAND]
remote() {
  local user=$1
  shift
  timeout 30 ssh "${ssh_options[@]}" "$user@server" "$@"
}

# Process id of the container's listener: it is written into the lock.
listener_of() { cat "$work/$1${2:-$bundle/state}/lock.server" 2> /dev/null; }

stop() {
  local pid
  pid=$(listener_of "$@") || return 0
  [ -z "$pid" ] || kill "$pid" 2> /dev/null || true
}

clean_up() {
  local lock pid
  for lock in "$work"/*/*/*/*/*/lock.server; do
    pid=$(cat "$lock" 2> /dev/null) || continue
    # only if it is still ours: the number may have been given to another process
    grep -qs "sshpod" "/proc/$pid/cmdline" && kill "$pid" 2> /dev/null
  done
  [ -z "${first_process:-}" ] || kill -9 "$first_process" 2> /dev/null
  [ -z "${SSH_AGENT_PID:-}" ] || kill "$SSH_AGENT_PID" 2> /dev/null
  rm -rf "$work"
}

remote_stdout() { remote "$@" 2> /dev/null; }
