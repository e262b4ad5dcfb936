# shellcheck shell=bash disable=SC2154 # variables of build.sh and its other parts
# What the build needs of the machine: Debian, compilers.

# libc6-dev: BusyBox's build makes programs for itself.
packages=(dpkg-dev make patch zopfli gcc libc6-dev gcc-aarch64-linux-gnu)

install_packages() {
  local -a missing=()
  local package
  for package in "${packages[@]}"; do
    [ -e "/var/lib/dpkg/info/$package.list" ] || [ -e "/var/lib/dpkg/info/$package:$(dpkg --print-architecture).list" ] ||
      missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || die "missing packages; as root: apt-get install ${missing[*]}"
  say "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  quietly apt-get -o DPkg::Lock::Timeout=300 update
  quietly apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "${missing[@]}"
}

# Part of the cache key: another compiler makes another bundle.
compilers() {
  dpkg-query -W -f '${Package} ${Version}\n' 'gcc-[0-9]*' 'binutils*' zopfli 2> /dev/null |
    grep -E '^(gcc-[0-9]+|gcc-[0-9]+-aarch64-linux-gnu|binutils(-x86-64|-aarch64)-linux-gnu|zopfli) [0-9]'
}
