# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# A container without a shell, and what the bundle brings it: BusyBox, beside the server.

# lend_tools NAME: what an installation puts beside the server
lend_tools() {
  local directory=$work/$1$bundle tool
  cp "$bundles/busybox-amd64" "$directory/busybox"
  chmod 755 "$directory/busybox"
  mkdir "$directory/bin"
  for tool in $("$directory/busybox" --list); do ln -s ../busybox "$directory/bin/$tool"; done
  ln -s busybox "$directory/sh"
  chmod 711 "$directory" "$directory/.."
}

container_options=()
container_environment=(PATH=/opt/bin:/bin HOME=/root MARK='a b')
make_container lent 0
lend_tools lent
check "the shell of the bundle: up" start lent
check "the shell of the bundle: not where there is another" equals '/bin/sh' remote root 'echo $SHELL'
check "tools of the bundle: the container's own go first" equals '/bin/cat' remote root 'env which cat'
check "tools of the bundle: others are found after them" equals "$bundle/bin/awk" remote root 'env which awk'
check "tools of the bundle: at the end of PATH" equals "/opt/bin:/bin:$bundle/bin" remote root 'echo $PATH'
check "tools of the bundle: SetEnv wins, and they come after it" equals "/mine:$bundle/bin" \
  remote root -o SetEnv=PATH=/mine 'echo $PATH'
check "tools of the bundle: without any PATH" equals "$bundle/bin" remote root -o SetEnv=PATH= 'echo $PATH'
# The container is entered through its own; then it is gone.
rm -r "$work/lent/bin"
check "without a shell: a command" equals "0 a b" remote root 'echo $(id -u) $MARK'
check "without a shell: the user's is ours" equals "$bundle/sh" remote root 'echo $SHELL'
check "without a shell: a terminal" grep -q '^/dev/pts/' <(remote root -tt tty)
check "without a shell: jobs of a terminal" grep -q 'Running' <(remote_stdin root -tt <<< $'sleep 7 &\njobs\nexit' 2> /dev/null)
check "without a shell: an exit status arrives" gives 7 remote root 'exit 7'
check "without a shell: bash is there for who asks for it" equals 3 remote root "bash -c 'echo \$((1 + 2))'"
check "without a shell: what is no shell finds the tools too" equals "$bundle/bin/tar" remote root 'env which tar'
check "without a shell: another user" equals '1001 /home/app' remote app 'echo $(id -u) $HOME'
check "without a shell: sftp" grep -q . <(echo 'ls /' | sftp_batch root)
check "without a shell: tar both ways" equals root:x:0:0:root:/root:/bin/sh \
  remote root 'tar -czf - -C / etc/passwd | tar -xzOf - | head -n 1'
check "without a shell: nothing in the log" equals '' cat "$work/lent$bundle/state/log"

stop lent

for name in bin busybox sh; do
  check "tools of the bundle: $name is no state" test -e "$work/lent$bundle/$name" -o -L "$work/lent$bundle/$name"
done

# It has nothing that a container does not need.
for tool in init insmod mkfs.ext2 httpd telnetd syslogd crond passwd su login mount halt; do
  check "the shell's tools: no $tool" eval "! '$bundles/busybox-amd64' --list | grep -x $tool"
done
for tool in sh bash ash '\[' ls tar ps vi less top wget cp ln cat chmod mv rm uname kill sleep mkdir find grep sed awk head tail env id \
  sha256sum gzip dd df stat; do
  check "the shell's tools: $tool" eval "'$bundles/busybox-amd64' --list | grep -x '$tool'"
done

# A release of another version goes with its tools.
container_environment=(PATH=/bin HOME=/root SSHPOD_PRIVATE=1)
make_container outdated 0
release=$work/outdated/tmp/sshpod/0123456789abcdef
mkdir "$release"
(bundle=/tmp/sshpod/0123456789abcdef && lend_tools outdated)
chmod go-w "$release" && find "$release" "$release/.." -maxdepth 0 -exec chown 0:0 {} +
find "$release" -exec touch -h -d '2 days ago' {} +
check "tools of another release: up" start outdated
check "tools of another release: it goes whole" test ! -e "$release"
stop outdated
