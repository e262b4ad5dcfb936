# As Alpine is: busybox loading musl, at the paths where Alpine has them.
tag=1
config='{"Entrypoint":["/pause"],"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]}'
rootfs() {
  folders && users && waiting
  mkdir lib
  cp "$DEBIAN/lib/$(uname -m)-linux-musl/libc.so" "lib/ld-musl-$(uname -m).so.1"
  ln -s "ld-musl-$(uname -m).so.1" "lib/libc.musl-$(uname -m).so.1"
  with_busybox musl xz
}
