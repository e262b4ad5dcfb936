# What recipes of images have in common. All of it works on the current folder, the root of the image.

folders() { mkdir -p bin dev etc proc root sys usr/bin var && mkdir -m 1777 tmp; }

# root and app (1000), and nobody else: in particular not the user that a packaged sshd would want
users() {
  printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'app:x:1000:1000:app:/home/app:/bin/sh' >etc/passwd
  printf '%s\n' 'root:x:0:' 'app:x:1000:' >etc/group
  mkdir -p home && install -d -o 1000 -g 1000 home/app
}

waiting() { cp "$BIN/pause" pause; }

# with_libraries PATH…: this machine's programs, with the libraries they load.
with_libraries() {
  local program library
  for program in "$@"; do
    install -D -m 755 "$program" ".$program"
    # "name => path (address)", and the loader as "path (address)"
    for library in $(ldd "$program" | grep -o '/[^ ]*'); do install -D -m 755 "$(realpath "$library")" ".$library"; done
  done
}

# with_busybox VARIANT [WITHOUT]: the program and a link for each of its applets, but for the one named.
with_busybox() {
  local name
  install -m 755 "$BIN/busybox-$1" bin/busybox
  chroot . /bin/busybox --list | while read -r name; do
    [ "$name" = busybox ] || [ "$name" = "${2-}" ] || ln -s busybox "bin/$name"
  done
}
