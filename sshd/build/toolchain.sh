# shellcheck shell=bash disable=SC2154 # variables of build.sh and its other parts
# The compilers: Debian's gcc for the architecture, pointed at musl and at nothing of this machine.

triplet() {
  case $1 in
    amd64) echo x86_64-linux-gnu ;;
    arm64) echo aarch64-linux-gnu ;;
    *) die "unknown architecture: $1 (amd64, arm64)" ;;
  esac
}

# Unpacks libc and headers into DIRECTORY and writes the specs that make gcc use them.
make_toolchain() {
  local architecture=$1 directory=$2 gnu
  gnu=$(triplet "$architecture")
  mkdir -p "$directory/sysroot"
  dpkg-deb -x "$cache"/sources/musl-dev_*_"$architecture".deb "$directory/sysroot"
  dpkg-deb -x "$cache"/sources/linux-libc-dev_*.deb "$directory/sysroot"
  sed -e "s|@SYSROOT@|$directory/sysroot/usr|g" -e "s|@GNU@|$gnu|g" -e "s|@MUSL@|${gnu%gnu}musl|g" \
    "$here/build/musl.specs" > "$directory/specs"
}

# -fno-section-anchors: bundle.sh replaces single variables, each must have a symbol of its own.
compile_flags() {
  printf '%s ' -O2 -fPIE -fno-section-anchors -ffunction-sections -fdata-sections \
    -fstack-protector-strong "-ffile-prefix-map=$1=."
}
# shellcheck disable=SC2034
link_flags='-Wl,--gc-sections,-z,relro,-z,now,-z,noexecstack'
