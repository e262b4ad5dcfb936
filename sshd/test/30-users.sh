# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# Containers whose user is not an all-powerful root.

uid=1000670000
make_container anyone $uid
rm -r "$work/anyone/etc"
container_options=(--groups=2000 --gid=0 "--uid=$uid")
container_environment=(PATH=/bin HOME=/tmp)
check "a UID without /etc/passwd: up" start anyone
check "a UID without /etc/passwd: any name is that UID" equals "$uid 0 alice /tmp" \
  remote alice 'echo $(id -u) $(id -g) $USER $HOME'
check "a UID without /etc/passwd: groups are kept" equals '0 2000' remote alice 'id -G'
check "a UID without /etc/passwd: a terminal" grep -q '^/dev/pts/' <(remote alice -tt tty)
check "a UID without /etc/passwd: sftp" grep -q . <(echo 'ls /' | sftp_batch alice)
check "a UID without /etc/passwd: -A" agent_forwarded alice /tmp anyone
check "a UID without /etc/passwd: -L" forward_local
check "a UID without /etc/passwd: nothing in the log" equals '' cat "$work/anyone/tmp/sshpod/b/state/log"
stop anyone

make_container weak 0
container_options=(--groups=2000 --drop=all)
container_environment=(PATH=/bin HOME=/nonexistent)
check "root without capabilities: up" start weak
check "root without capabilities: is itself, whatever the name" equals '0 0 2000 /root' \
  remote app 'echo $(id -u) $(id -G) $HOME'
check "root without capabilities: a terminal" grep -q '^/dev/pts/' <(remote root -tt tty)
check "root without capabilities: sftp" grep -q . <(echo 'ls /' | sftp_batch root)
check "root without capabilities: -A" agent_forwarded root /tmp weak
check "root without capabilities: nothing in the log" equals '' cat "$work/weak/tmp/sshpod/b/state/log"
stop weak

make_container grouped 0
container_options=("--groups=2000,2001")
container_environment=(PATH=/bin HOME=/root)
check "root with fsGroup: up" start grouped
check "root with fsGroup: keeps it" equals '0 2000 2001' remote root 'id -G'
check "root with fsGroup: another user does not get it" equals '1001 3000 3001' remote app 'id -G'
check "root with fsGroup: has it again after -A" agent_groups
stop grouped

make_container nochown 0
container_options=("--drop=cap_chown,cap_fowner,cap_dac_override,cap_dac_read_search")
check "root without CAP_CHOWN: up" start nochown
check "root without CAP_CHOWN: a terminal of another user" grep -q '^/dev/pts/' <(remote app -tt tty)
stop nochown

# /tmp is read-only with the rest; only /writable, say an emptyDir, is not
make_container frozen 0
mkdir "$work/frozen/writable"
container_options=()
container_mounts='mount -t tmpfs -o mode=755 tmpfs writable && cp -a tmp/sshpod writable &&
  mount -o remount,bind,ro "$root"'
bundle=/writable/sshpod/b
check "read-only root file system: up" start frozen
check "read-only root file system: exec" equals 1001 remote app 'id -u'
check "read-only root file system: -A" agent_forwarded root "$bundle/.agent"
check "read-only root file system: -A of another user" agent_forwarded app "$bundle/.agent"
kill "$(remote root "cat $bundle/state/lock.server")"
bundle=/tmp/sshpod/b
container_mounts=:

make_container shellless 0
start shellless
rm "$work/shellless/bin/sh" "$work/shellless/bin/busybox"
check "no shell: exec says so" equals 'sshpod: there is no shell in this container' remote root true
check "no shell: exit status" gives 127 remote root true
check "no shell: sftp" grep -q . <(echo 'ls /' | sftp_batch root)
check "no shell: -L" forward_local
stop shellless
