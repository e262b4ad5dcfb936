# What comes from Debian: everything through apt, so that apt's chain of signatures vouches for it.

# Tools that start nothing and leave no state; a usual machine has most of them.
TOOLS=(bzip2 ca-certificates dpkg-dev gcc iproute2 libc6-dev make openssl patch rsync util-linux wget xz-utils)

# Unpacked below the cache, not installed: Debian would start etcd and containerd as services of the machine.
PROGRAMS=(containerd containernetworking-plugins debootstrap etcd-server musl musl-dev runc)

make_debian() {
  debian_lists
  debian_tools
  debian_programs
}

debian_tools() {
  local missing=() package
  for package in "${TOOLS[@]}"; do
    dpkg-query -Wf '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$LOG/apt.log" 2>&1
}

debian_programs() {
  rm -rf "$DEBIAN"
  debian_unpack "$DEBIAN" "${PROGRAMS[@]}"
  # musl-gcc finds its parts by absolute paths, and libc.so as if /lib were /usr/lib
  ln -s "../../../lib/$(uname -m)-linux-musl/libc.so" "$DEBIAN/usr/lib/$(uname -m)-linux-musl/"
  sed -i "s#/usr/\(lib\|include\)/#$DEBIAN/usr/\1/#g" "$DEBIAN/usr/lib/$(uname -m)-linux-musl/musl-gcc.specs"
}

# debian_unpack FOLDER PACKAGE…: without what they depend on.
debian_unpack() {
  local folder=$1 archive
  shift
  mkdir -p "$folder/archives"
  (cd "$folder/archives" && apt_quiet apt-get download -qq "$@")
  for archive in "$folder"/archives/*.deb; do dpkg-deb -x "$archive" "$folder"; done
  rm -rf "$folder/archives"
}

# debian_source PACKAGE FOLDER: the package's source, patched. A private apt configuration, because most machines have
# no deb-src entry and theirs is not ours to change.
debian_source() {
  local apt=$DIR/apt keyring=/usr/share/keyrings/debian-archive-keyring.gpg options
  options=(-o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache")
  if ! [ -f "$apt/fetched" ]; then
    mkdir -p "$apt/lists/partial" "$apt/cache"
    echo "deb-src $([ -f $keyring ] && echo "[signed-by=$keyring] ")$(debian_mirror) bookworm main" >"$apt/sources.list"
    apt_quiet apt-get "${options[@]}" update -qq
    touch "$apt/fetched"
  fi
  rm -rf "$2" && mkdir -p "$2"
  (cd "$2" && apt_quiet apt-get "${options[@]}" source --download-only -qq "$1")
  # apt has checked the signature of the release and from there the hash of every file
  dpkg-source --no-check -x "$2/$1"_*.dsc "$2/tree" >/dev/null
  rm -f "$2/$1"_*
}

# Where this machine gets Debian from is its own affair: no mirror is named here.
debian_mirror() {
  # shellcheck disable=SC2016  # apt's variables
  apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' | awk '$2 == "bookworm" && !n++ { print $1 }'
}

debian_lists() {
  [ -n "$(debian_mirror)" ] || apt-get update -qq >/dev/null
  [ -n "$(debian_mirror)" ] || fail "apt knows no source for Debian 12 (bookworm)"
}

# apt warns when its unprivileged user cannot write to root's cache folder; it then works as root, which is fine here.
apt_quiet() {
  "$@" 2> >(grep -v 'Download is performed unsandboxed' >&2)
}
