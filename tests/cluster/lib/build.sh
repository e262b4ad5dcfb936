# What `up` needs made beforehand. Each part has a stamp of its recipe, so that it is made again only when that changes.

build() {
  build_for_images
  part kubernetes "Kubernetes (minutes, once)" "$HERE/lib/kubernetes.sh"
  part pki "certificates" "$HERE"/lib/{pki,settings}.sh
  build_images
}

# images DIRECTORY: for clusters that have a node of their own.
images() {
  local name
  build_for_images
  build_images
  mkdir -p "$1"
  for name in $(image_names); do
    image_archive "$name" >"$1/.$name.tar"
    mv "$1/.$name.tar" "$1/$name.tar"
  done
  say "the images are in $1"
}

# What is in them, and what makes them.
build_for_images() {
  mkdir -p "$DIR" "$LOG" "$IMAGES"
  chmod 700 "$DIR"
  part debian "Debian's programs" "$HERE/lib/debian.sh"
  part pause "the waiting program" "$HERE"/{pause.c,lib/musl.sh}
  part busybox "busybox" "$HERE"/lib/{busybox,musl}.sh
}

build_images() {
  arm64_made
  images_made
  # lists of packages age; the next build gets new ones
  rm -rf "$DIR/apt"
}

# part NAME TEXT RECIPE…: runs the function make_NAME.
part() {
  local name=$1 text=$2
  shift 2
  ! is_made "$name" "$@" || return 0
  step "$text" "make_$name"
  made "$name" "$@"
}

# is_made NAME RECIPE…, and made NAME RECIPE… to remember it.
is_made() { [ "$(cat "$DIR/stamps/$1" 2>/dev/null)" = "$(stamp_of "${@:2}")" ]; }
made() { mkdir -p "$DIR/stamps" && stamp_of "${@:2}" >"$DIR/stamps/$1"; }
stamp_of() { cat "$@" | sha256sum | cut -c1-16; }
