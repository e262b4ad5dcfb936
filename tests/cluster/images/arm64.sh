# Debian's busybox for arm64, whatever the machine is. Runs where qemu could be registered for it (lib/arm64.sh).
# The image says amd64 like all the others: containerd refuses what is not for its own machine.
tag=1
config='{"Entrypoint":["/bin/sh","-c","trap exit TERM INT; while :; do sleep 3600 & wait; done"],'\
'"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]}'
rootfs() {
  arm64_made
  folders && users
  install -m 755 "$ARM64/bin/busybox" bin/busybox
  "$ARM64_QEMU" bin/busybox --list | grep -v '^busybox$' | while read -r name; do ln -s busybox "bin/$name"; done
}
