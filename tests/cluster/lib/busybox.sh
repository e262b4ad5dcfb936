# busybox from Debian's source. Not Debian's program: its shell prefers applets to $PATH, so that an image with fewer
# links than applets would still have them all.

# What the shell of that image has beside it.
BUSYBOX_MINIMAL='CAT|MKDIR|CHMOD|MV|RM|UNAME|SH_IS_ASH'

make_busybox() {
  local work=$DIR/build-busybox
  rm -rf "$work"
  debian_source busybox "$work"
  mkdir "$work/include"
  # the kernel's headers are the same for every C library
  ln -s /usr/include/{linux,asm-generic,mtd} "/usr/include/$(gcc -print-multiarch)/asm" "$work/include/"
  cd "$work/tree"
  {
    make -s defconfig
    # needs kernel headers that are gone by now
    sed -i -E 's/^CONFIG_(TC|FEATURE_TC_INGRESS)=y/# CONFIG_\1 is not set/' .config
    busybox_variant musl
    sed -i 's/^# CONFIG_STATIC is not set/CONFIG_STATIC=y/' .config
    busybox_variant static
    make -s allnoconfig
    # a whole shell, with those of the few that it has built in
    sed -i -E "s/^# (CONFIG_($BUSYBOX_MINIMAL|STATIC|LFS|BUSYBOX|ASH_[A-Z0-9_]+|SHELL_ASH|FEATURE_SH_MATH(_64)?)) is not set/\1=y/" .config
    busybox_variant minimal
  } >"$LOG/busybox.log" 2>&1
  rm -rf "$work"
}

busybox_variant() {
  make -s oldconfig < <(yes '')
  make -s -j"$(nproc)" busybox \
    CC="gcc -specs $DEBIAN/usr/lib/$(uname -m)-linux-musl/musl-gcc.specs -isystem $work/include"
  cp busybox "$BIN/busybox-$1"
}
