# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# A container that has nothing but its program, through the scripts of the client: a helper that shares its processes is given the bundle,
# and its shell is executed in the container, out of the helper's root.

scripts=$here/../src/Sshpod/Server
lent_release=0123456789abcdef
lent_container=$(printf '%064d' 7)
lent_hashes=,$(sha256sum < "$bundles/sshd-amd64" | cut -d ' ' -f 1),
# script NAME...: as the client sends them
script() { sed 's/^[[:space:]]*//; /^#/d; /^$/d' "${@/#/$scripts/}"; }

# exec_in NAME PROGRAM ARGUMENTS...: as the runtime does, with nothing of the container
exec_in() {
  local root=$work/$1 program=$2
  shift 2
  env -i MOUNTS="$container_mounts" unshare --mount --fork /bin/bash -c '
    export PATH=/usr/sbin:/usr/bin:/sbin:/bin
    root=$1 program=$2; shift 2
    mount --bind "$root" "$root" && mount --rbind /dev "$root/dev" && mount -t proc proc "$root/proc" || exit 99
    cd "$root" && eval "$MOUNTS" || exit 99
    options=(); while [ "$1" != -- ]; do options+=("$1"); shift; done; shift
    variables=(); while [ "$1" != -- ]; do variables+=("$1"); shift; done; shift
    exec env -i "${variables[@]}" /usr/sbin/capsh --chroot="$root" "${options[@]}" --shell="$program" -- "$@"
  ' bash "$root" "$program" "${container_options[@]}" -- "${container_environment[@]}" -- "$@"
}

# make_bare NAME UID: a container with one file
make_bare() {
  mkdir -p "$work/$1"/{dev,proc,etc}
  mkdir -m 1777 "$work/$1/tmp"
  printf 'root:x:0:0::/root:/bin/sh\napp:x:1001:1001::/:/bin/sh\n' > "$work/$1/etc/passwd"
}

# make_helper NAME MAIN: starts the helper's main process, with the present options; sets $holder
make_helper() {
  make_container "$1" 0
  rm -rf "$work/$1/tmp/sshpod"
  exec_in "$1" /bin/busybox sh -c 'umask 077; mkdir -p /tmp/sshpod && echo $$ >/tmp/sshpod/holder; trap "exit 0" TERM; '"$2" \
    < /dev/null > "$work/$1.out" 2>&1 &
  main=$!
  for _ in $(seq 100); do [ ! -s "$work/$1/tmp/sshpod/holder" ] || break; sleep 0.05; done
  holder=$(cat "$work/$1/tmp/sshpod/holder")
  staged=/proc/$holder/root/tmp/sshpod/$lent_release
}
helper_waits='sleep 600 & wait; while [ -e /tmp/sshpod/live ]; do sleep 3600 & wait; done'
helper_becomes='n=; while [ ! -s /tmp/sshpod/go ]; do sleep 1; n=x$n; [ ${#n} -lt 600 ] || exit 0; done; . /tmp/sshpod/go'

# stage NAME KEY [FORM]: gives the helper the bundle, as the client does
stage() {
  local form=${3:-plain}
  cat "$bundles"/busybox-amd64 "$bundles"/sshd-amd64 > "$work/both"
  {
    printf "form='%s'\nsha256=%s room=100\n" "$form" "$(sha256sum < "$work/both" | cut -d ' ' -f 1)"
    printf 'shell=%s\nbytes() { cat; }\n' "$(stat -c %s "$bundles/busybox-amd64")"
    script closed.sh judge.sh stage.sh install.sh
    echo .
    if [ "$form" = gzip ]; then cat "$bundles"/busybox-amd64.gz "$bundles"/sshd-amd64.gz; else cat "$work/both"; fi
  } | exec_in "$1" /bin/busybox sh -c "$(script places.sh probe.sh load.sh)" sshpod "$lent_release" "$(printf '%064d' 8)" \
    "$lent_hashes" stage "$2" '' 0 -
}

# bring_up NAME SHELL IDLE: what the client says and hears, through that shell
bring_up() {
  local name=$1 shell=$2 from
  from=${shell%/sh}
  {
    printf "form='plain'\nsha256=%s room=100\nbytes() { cat '%s/sshd'; }\n" "$(tr -d , <<< "$lent_hashes")" "$from"
    script closed.sh judge.sh install.sh
    echo .
  } > "$work/stdin"
  exec_in "$name" "$shell" -c "PATH=\$PATH:$from/bin"$'\n'"$(script places.sh probe.sh load.sh)" sshpod "$lent_release" \
    "$lent_container" "$lent_hashes" "${3:-0}" "$key" '' 86400 - "$from" < "$work/stdin"
}
# lent_up NAME SHELL [IDLE]: and makes "remote" reach the server
lent_up() {
  answer_of bring_up "$@" > "$work/answer" || { cat "$work/answer"; return 1; }
  port=$(sed -n 's/^port //p' "$work/answer")
  echo "server $(sed -n 's/^host-key //p' "$work/answer")" > "$work/known_hosts"
  ssh_options=("${ssh_options[@]/#ProxyCommand=*/ProxyCommand=nc 127.0.0.1 $port}")
  ssh_options=("${ssh_options[@]/#StrictHostKeyChecking=no/StrictHostKeyChecking=yes}")
  [ -n "$port" ]
}
program_of() { sed -n 's/^program //p' "$work/answer"; }
lent_clean() {
  { script closed.sh clean.sh; echo .; } |
    exec_in "$1" "$2" -c "PATH=\$PATH:${2%/sh}/bin"$'\n'"$(script places.sh load.sh)" sshpod "$lent_release" "$lent_container" \
      "$lent_hashes"
}

# /dev is this machine's.
some_place='mount -t tmpfs -o noexec tmpfs dev/shm'
no_place="$some_place"' && mount -o remount,bind,ro "$root"'
container_mounts=$some_place

# Root, and a place to write to.
container_environment=(PATH=/usr/bin:/bin HOME=/root MARK='a b')
container_options=(--drop=all)
make_helper lender "$helper_waits"
check "lent: a helper gets the bundle" equals "helper $holder $(awk '/^[UG]id:/ { printf "%s%s", sep, $2; sep = " " }' /proc/1/status)
ok" eval "stage lender '0 0' | tail -n +3"
check "lent: it is the server" cmp "$bundles/sshd-amd64" "$work/lender/tmp/sshpod/$lent_release/sshd"
check "lent: and the shell" cmp "$bundles/busybox-amd64" "$work/lender/tmp/sshpod/$lent_release/busybox"
check "lent: nothing else is left" equals 'bin busybox sh sshd' \
  bash -c 'echo $(ls -A "$1")' bash "$work/lender/tmp/sshpod/$lent_release"
check "lent: a second time it says the same" grep -q "^helper $holder " <(stage lender '0 0' gzip)
make_bare bare
check "lent: up" lent_up bare "$staged/sh"
check "lent: the server is the container's own" equals "/tmp/sshpod/$lent_release/sshd" program_of
check "lent: a command" equals "0 a b" remote root 'echo $(id -u) $MARK'
check "lent: the shell is a copy too" equals "/tmp/sshpod/$lent_release/sh" remote root 'echo $SHELL'
check "lent: PATH" equals "/usr/bin:/bin:/tmp/sshpod/$lent_release/bin" remote root 'echo $PATH'
cp "$work/answer" "$work/answer.before"
check "lent: again, through the helper" lent_up bare "$staged/sh"
check "lent: it is the same server, by its port and key" cmp <(grep '^[ph]o' "$work/answer.before") <(grep '^[ph]o' "$work/answer")
kill "$holder"
check "lent: the helper ends well" gives 0 wait "$main"
check "lent: without it" equals 0 remote root 'id -u'
check "lent: again, through the copy" lent_up bare "/tmp/sshpod/$lent_release/sh"
check "lent: it is the same server still" cmp <(grep '^[ph]o' "$work/answer.before") <(grep '^[ph]o' "$work/answer")
check "lent: clean ends it, through the shell that goes with it" grep -qx 'cleaned 1' \
  <(lent_clean bare "/tmp/sshpod/$lent_release/sh")
check "lent: clean leaves its empty directory, where nobody else can put a shell" equals sshpod \
  find "$work/bare/tmp" -mindepth 1 -printf '%P\n'

# A user, and no place at all.
container_options=(--gid=65532 --uid=65532)
make_helper lender2 "$helper_waits"
check "staged: a helper gets the bundle" grep -q "^helper $holder " <(stage lender2 '65532 65532' gzip)
make_bare frozen2
container_mounts=$no_place
mkdir "$work/frozen2/run" "$work/frozen2/var"
check "staged: up" lent_up frozen2 "$staged/sh"
check "staged: the server runs where it is" equals "$staged/sshd" program_of
check "staged: the helper is told to stay" test -e "$work/lender2/tmp/sshpod/live"
check "staged: a command" equals "65532 65532 a b" remote root 'echo $(id -u) $(id -g) $MARK'
check "staged: any name is the container's user" equals 65532 remote app 'id -u'
check "staged: the shell" equals "$staged/sh" remote root 'echo $SHELL'
check "staged: PATH" equals "/usr/bin:/bin:$staged/bin" remote root 'echo $PATH'
check "staged: a terminal" grep -q '^/dev/pts/' <(remote root -tt tty)
check "staged: -A" agent_forwarded root "$staged/.agent"
cp "$work/answer" "$work/answer.before"
check "staged: again" lent_up frozen2 "$staged/sh"
check "staged: it is the same server" cmp <(grep '^[ph]o' "$work/answer.before") <(grep '^[ph]o' "$work/answer")
check "staged: clean ends it" grep -qx 'cleaned 1' <(lent_clean frozen2 "$staged/sh")
check "staged: and its state is gone" test ! -e "$work/lender2/tmp/sshpod/$lent_release/$lent_container"
kill "$holder"
container_mounts=$some_place

# As root of a container that could become another, with names.
container_options=()
make_helper lender3 "$helper_waits"
check "staged: root's helper gets the bundle" grep -q "^helper $holder " <(stage lender3 '0 0')
make_bare frozen3
container_mounts=$no_place
check "staged: root's server runs where it is" lent_up frozen3 "$staged/sh"
check "staged: a name of /etc/passwd is the container's user there" equals 0 remote app 'id -u'
check "staged: and nobody is locked out" equals 0 remote root 'id -u'
check "staged: clean ends root's" grep -qx 'cleaned 1' <(lent_clean frozen3 "$staged/sh")
kill "$holder"
container_mounts=$some_place

# The helper starts as root, which nobody knew better, and becomes the container's user.
container_options=("--drop=$all_but_three")
make_helper changer "$helper_becomes"
check "becoming: the helper says when it has" grep -q "^helper $holder " <(stage changer '65532 65532')
check "becoming: it is that user" equals '65532 65532' bash -c \
  'sed -n "s/^[UG]id:[[:space:]]*\([0-9]*\).*/\1/p" "/proc/$1/status" | tr "\n" " " | sed "s/ $//"' bash "$holder"
check "becoming: again" grep -q "^helper $holder " <(stage changer ' ')
make_bare changed
container_options=(--gid=65532 --uid=65532)
check "becoming: up" lent_up changed "$staged/sh"
check "becoming: a command" equals "65532 65532" remote root 'echo $(id -u) $(id -g)'
check "becoming: clean" grep -qx 'cleaned 1' <(lent_clean changed "/tmp/sshpod/$lent_release/sh")
exec_in changed "$staged/sh" -c "kill $holder"
check "becoming: it ends well" gives 0 wait "$main"

# One for which nobody comes does not stay. The limit is ten minutes.
container_options=("--drop=$all_but_three")
make_helper forgotten "${helper_becomes/-lt 600/-lt 3}"
check "becoming: a helper for which nobody comes" eval 'sleep 1; kill -0 "$main"'
ends_by_itself() {
  for _ in $(seq 100); do kill -0 "$1" 2> /dev/null || return 0; sleep 0.1; done
  kill "$holder"
  return 1
}
check "becoming: a helper for which nobody comes ends by itself" ends_by_itself "$main"
check "becoming: and that is no failure" gives 0 wait "$main"
container_options=()
container_mounts=:
