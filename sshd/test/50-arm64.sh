# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# The other architecture, under emulation: does it start, listen, and let someone in? The kernel runs
# its programs through binfmt_misc, which a user namespace can have for itself (Linux 6.7).

qemu=$(command -v qemu-aarch64-static || true)
# the ELF header of an arm64 program, and which bits of it count
arm64_programs=':arm64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:'\
'\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'

in_emulation() {
  unshare --user --map-root-user --mount bash -c '
    mount -t binfmt_misc none /proc/sys/fs/binfmt_misc &&
    printf %s "$1" > /proc/sys/fs/binfmt_misc/register || exit 99
    shift; exec "$@"' bash "$arm64_programs:$qemu:PF" "$@"
}

arm64_serve() { cd "$1" && in_emulation "$1/sshd" serve "${@:2}"; }

arm64_up() {
  mkdir -p "$work/arm64/tmp/sshpod/b"
  cp "$bundles/sshd-arm64" "$work/arm64/tmp/sshpod/b/sshd"
  chmod 700 "$work"/arm64/tmp/sshpod{,/b}
  # By its whole name: qemu makes of /proc/self/exe the name that the program was started by.
  # shellcheck disable=SC2317 # called by up
  up_in() { answer_of arm64_serve "${@:2}"; }
  bundle=$work/arm64/tmp/sshpod/b
  start ''
}

if [ -n "$qemu" ] && [ -e "$bundles/sshd-arm64" ]; then
  check "arm64: version" grep -q ' arm64$' <("$qemu" "$bundles/sshd-arm64" version)
  if in_emulation true 2> /dev/null; then
    check "arm64: up" arm64_up
    check "arm64: exec" gives 0 remote root true
    # what qemu can do has instructions for AES-GCM
    for cipher in chacha20-poly1305@openssh.com aes128-gcm@openssh.com aes256-gcm@openssh.com; do
      check "arm64: 1 MB passes both ways with $cipher" bash -c '
        head -c 1000000 "$0/data" | "$@" | cmp - <(head -c 1000000 "$0/data")' "$work" \
        timeout 60 ssh "${ssh_options[@]}" -c "$cipher" root@server cat
    done
    for exchange in ecdh-sha2-nistp256 diffie-hellman-group14-sha256; do
      check "arm64: 300 KB pass both ways with exchanges by $exchange" bash -c '
        head -c 300000 "$0/data" | "$@" | cmp - <(head -c 300000 "$0/data")' "$work" \
        timeout 60 ssh "${ssh_options[@]}" -o "KexAlgorithms=$exchange" -o RekeyLimit=32K root@server cat
    done
    stop arm64
  else
    echo "# this kernel has no binfmt_misc for user namespaces: arm64 was not run further"
  fi
else
  echo "# arm64 was not tested: needs qemu-user-static and a bundle built for it"
fi
# The parts that follow are for this machine's architecture again.
# shellcheck source=SCRIPTDIR/container.sh
. "$here/test/container.sh"
architecture=amd64
