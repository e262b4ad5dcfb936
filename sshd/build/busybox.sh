# shellcheck shell=bash disable=SC2154 # variables of build.sh and its other parts
# Compiles BusyBox: the shell, and its tools, for containers that have none. A program of its own beside the server.
# busybox.config says what is in it.

busybox_directory() {
  local key
  key=$({ echo "$1"; sums_of busybox musl-dev linux-libc-dev; compilers; } |
    key_of build/busybox.sh build/busybox.config build/toolchain.sh build/musl.specs)
  printf '%s/busybox-%s-%s' "$cache" "$1" "$key"
}

# busybox.config as BusyBox has its options, a line for each.
busybox_options() {
  sed 's/#.*//' "$here/build/busybox.config" | tr ' ' '\n' | sed -n 's/^[A-Z][A-Z0-9_]*$/&=y/; s/^[A-Z]/CONFIG_&/p' | sort -u
}

# All that is not named is off, or by its own default where it is no switch. A newer BusyBox may have renamed an option: it would be off,
# and nobody would notice.
configure_busybox() {
  local missing
  busybox_options > wanted
  quietly make defconfig		# makes the Config.in of all directories
  {
    cat wanted
    # Of an option that comes twice, the first counts.
    find . -name Config.in -exec awk '$1 == "config" { name = $2 } $1 == "bool" { print "# CONFIG_" name " is not set" }' {} + |
      grep -vwFf <(sed 's/=.*//' wanted)
  } > .config
  KCONFIG_NOTIMESTAMP=1 quietly make oldconfig < <(yes '')
  missing=$(grep '^CONFIG_' .config | sort -u | comm -23 wanted - | tr '\n' ' ')
  [ -z "$missing" ] || die "BusyBox $(version_of busybox) does not have, or not with the rest: $missing"
}

build_busybox() {
  local architecture=$1 directory gnu
  local -a options
  directory=$(busybox_directory "$architecture")
  [ ! -e "$directory/busybox.gz" ] || return 0
  say "compiling BusyBox $(version_of busybox) for $architecture"
  rm -rf "$cache/busybox-$architecture"-*
  gnu=$(triplet "$architecture")
  make_toolchain "$architecture" "$directory"
  quietly dpkg-source --no-check -x "$cache"/sources/busybox_*.dsc "$directory/source"
  (
    cd "$directory/source" || exit
    configure_busybox
    # LD puts objects together, which the specs would make programs. -Os comes after what else there is: BusyBox's own.
    options=("CC=$gnu-gcc -specs $directory/specs" "LD=$gnu-ld" "AR=$gnu-ar" "NM=$gnu-nm" "STRIP=$gnu-strip" "OBJCOPY=$gnu-objcopy"
      "CONFIG_EXTRA_CFLAGS=$(compile_flags "$directory/source") -Os" "CONFIG_EXTRA_LDFLAGS=$link_flags"
      "BB_EXTRA_VERSION=Debian $(version_of busybox)" SKIP_STRIP=y)
    KCONFIG_NOTIMESTAMP=1 quietly make -j "$(nproc)" "${options[@]}" busybox
    "$gnu-strip" --strip-all busybox -o "$directory/busybox"
  )
  rm -rf "$directory"/{source,sysroot} "$directory"/busybox_*
  compress "$directory/busybox" "$directory/busybox.gz"
}
