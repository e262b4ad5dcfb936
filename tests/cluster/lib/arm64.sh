# Programs for arm64 on this amd64 node: the kernel starts qemu for them (binfmt_misc). It does so for the whole machine
# while the cluster is up, since a kernel has one such list for all that is in no user namespace of its own.

ARM64=$DIR/arm64       # Debian packages for arm64, and qemu for this machine, unpacked
ARM64_QEMU=$ARM64/usr/bin/qemu-aarch64-static
ARM64_ENTRY=sshpod-arm64

# The ELF header of a program for arm64, and which of its bits count.
ARM64_MAGIC='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
ARM64_MASK='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'

arm64_made() { part arm64 "programs for arm64" "$HERE/lib/arm64.sh"; }

make_arm64() {
  local work=$DIR/build-arm64
  rm -rf "$work" "$ARM64"
  debian_unpack "$work/qemu" qemu-user-static
  install -D -m 755 "$work/qemu/usr/bin/qemu-aarch64-static" "$ARM64_QEMU"
  arm64_unpack "$ARM64" busybox-static
  rm -rf "$work"
}

# arm64_unpack FOLDER PACKAGE…: as debian_unpack, but this machine's apt knows of no other architecture.
arm64_unpack() {
  local folder=$1 lists=$work/apt keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  mkdir -p "$lists/partial" "$work/cache"
  echo "deb $([ -f $keyring ] && echo "[signed-by=$keyring] ")$(debian_mirror) bookworm main" >"$work/sources.list"
  cat >"$work/apt.conf" <<CONF
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
Acquire::Languages "none";
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "$lists";
Dir::State::status "/dev/null";
Dir::Cache "$work/cache";
CONF
  APT_CONFIG=$work/apt.conf apt_quiet apt-get update -qq
  APT_CONFIG=$work/apt.conf debian_unpack "$@"
}

# The mount keeps the list alive from Linux 6.7 on and ends with the node. F: qemu is opened now, since containers do
# not have it; P: programs see the name they were called by.
arm64_registered() {
  in_node mkdir -p /run/binfmt_misc &&
    { in_node mountpoint -q /run/binfmt_misc || in_node mount -t binfmt_misc none /run/binfmt_misc; } &&
    { in_node test -e "/run/binfmt_misc/$ARM64_ENTRY" || arm64_register; }
}

arm64_register() {
  touch "$RUN/arm64" &&
    printf %s ":$ARM64_ENTRY:M::$ARM64_MAGIC:$ARM64_MASK:$ARM64_QEMU:PF" | in_node sh -c 'cat >/run/binfmt_misc/register'
}

# Also where the node has crashed, and where the machine has this list mounted, so that it outlives the node.
arm64_unregister() {
  [ -e "$RUN/arm64" ] || return 0
  # shellcheck disable=SC2016  # expanded by the shell in the namespace
  unshare --mount sh -c 'mount -t binfmt_misc none "$1" && if [ -e "$1/$2" ]; then echo -1 >"$1/$2"; fi' - "$RUN" "$ARM64_ENTRY"
}
