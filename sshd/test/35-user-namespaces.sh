# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# Root of a user namespace (hostUsers: false, rootless runtimes): it has every capability, but only over
# the ids that are mapped.

# Copies container root, with the ids moved as in the namespace.
make_mapped_container() {
  local root=$work/$1 from=$2 file uid gid
  make_container "$1" 0
  find "$root" -printf '%U %G %p\n' | while read -r uid gid file; do
    chown -h "$((uid + from)):$((gid + from))" "$file" && { [ -L "$file" ] || [ "$file" != "$root/tmp" ] || chmod 1777 "$file"; }
  done
}

# Runs the rest as root of a namespace in which COUNT ids from FROM on are 0 and up.
in_user_namespace='
  from=$1 count=$2; shift 2
  exec 3<> <(:)
  /usr/bin/setpriv --reuid="$from" --regid="$from" --clear-groups /usr/bin/unshare --user /bin/bash -c \
    "read -r _ <&3; exec 3<&-; exec \"\$@\"" bash "$@" <&0 &
  until [ "$(readlink "/proc/$!/ns/user")" != "$(readlink /proc/self/ns/user)" ]; do :; done
  echo "0 $from $count" > "/proc/$!/uid_map" && echo "0 $from $count" > "/proc/$!/gid_map" && echo >&3
  exec 3<&-; wait $!'

container_options=()
container_environment=(PATH=/bin HOME=/root)

make_mapped_container mapped 200000
container_command=(/bin/bash -c "$in_user_namespace" bash 200000 65536)
check "user namespace: up" start mapped
check "user namespace: is one" equals '0 200000 65536' remote root 'echo $(cat /proc/self/uid_map)'
check "user namespace: is root" equals '0 0 /root' remote root 'echo $(id -u) $(id -g) $HOME'
check "user namespace: another user" equals '1001 1001 3000 3001 /home/app' remote app 'echo $(id -u) $(id -G) $HOME'
check "user namespace: a terminal" grep -q '^/dev/pts/' <(remote app -tt tty)
check "user namespace: sftp" grep -q . <(echo 'ls /' | sftp_batch root)
check "user namespace: -A" agent_forwarded app /tmp mapped
check "user namespace: nothing in the log" equals '' cat "$work/mapped/tmp/sshpod/b/state/log"
stop mapped

make_mapped_container alone 300000
container_command=(/bin/bash -c "$in_user_namespace" bash 300000 1)
check "user namespace of one id: up" start alone
check "user namespace of one id: is one" equals '0 300000 1' remote root 'echo $(cat /proc/self/uid_map)'
check "user namespace of one id: every name is that id" equals '0 0 /root' remote app 'echo $(id -u) $(id -g) $HOME'
check "user namespace of one id: a terminal" grep -q '^/dev/pts/' <(remote app -tt tty)
check "user namespace of one id: sftp" grep -q . <(echo 'ls /' | sftp_batch root)
check "user namespace of one id: -A" agent_forwarded root /tmp alone
check "user namespace of one id: nothing in the log" equals '' cat "$work/alone/tmp/sshpod/b/state/log"
stop alone
container_command=()
