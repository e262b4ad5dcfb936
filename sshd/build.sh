#!/bin/bash
# Builds the bundle, the static OpenSSH server that sshpod puts into containers, and the shell for
# those that have none, for the named architectures (default: all) into artifacts/sshd/. README.md tells what it consists of.
#
#   sshd/build.sh [amd64] [arm64]
set -euo pipefail
export LC_ALL=C TZ=UTC
umask 022

here=$(cd "$(dirname "$0")" && pwd)
output=$(cd "$here/.." && pwd)/artifacts/sshd
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sshpod-build

# shellcheck source=SCRIPTDIR/build/say.sh
. "$here/build/say.sh"
# shellcheck source=SCRIPTDIR/build/machine.sh
. "$here/build/machine.sh"
# shellcheck source=SCRIPTDIR/build/sources.sh
. "$here/build/sources.sh"
# shellcheck source=SCRIPTDIR/build/toolchain.sh
. "$here/build/toolchain.sh"
# shellcheck source=SCRIPTDIR/build/crypto.sh
. "$here/build/crypto.sh"
# shellcheck source=SCRIPTDIR/build/mbedtls.sh
. "$here/build/mbedtls.sh"
# shellcheck source=SCRIPTDIR/build/openssh.sh
. "$here/build/openssh.sh"
# shellcheck source=SCRIPTDIR/build/bundle.sh
. "$here/build/bundle.sh"
# shellcheck source=SCRIPTDIR/build/busybox.sh
. "$here/build/busybox.sh"
# shellcheck source=SCRIPTDIR/build/publish.sh
. "$here/build/publish.sh"

main() {
  local architecture
  local -a architectures=("$@")
  [ $# -gt 0 ] || architectures=(amd64 arm64)
  for architecture in "${architectures[@]}"; do
    triplet "$architecture" > /dev/null
  done

  mkdir -p "$cache"
  case $cache in *[[:space:]]*) die "the cache directory must not contain spaces: $cache" ;; esac
  exec 9> "$cache/lock"
  flock 9

  install_packages
  fetch_sources
  refuse_older
  for architecture in "${architectures[@]}"; do
    build_crypto "$architecture"
    build_mbedtls "$architecture"
    build_openssh "$architecture"
    build_bundle "$architecture"
    build_busybox "$architecture"
  done
  publish "${architectures[@]}"
}

main "$@"
