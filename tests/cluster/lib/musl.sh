# Programs linked with musl, static or loading it as Alpine's do.

# Debian's wrapper for this is where it would be if it were installed.
musl_gcc() { gcc "$@" -specs "$DEBIAN/usr/lib/$(uname -m)-linux-musl/musl-gcc.specs"; }

make_pause() {
  mkdir -p "$BIN"
  musl_gcc -static -O2 -s -Wall -o "$BIN/pause.new" "$HERE/pause.c"
  # not in place: it may be running
  mv "$BIN/pause.new" "$BIN/pause"
}
