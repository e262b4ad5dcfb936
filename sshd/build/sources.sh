# shellcheck shell=bash disable=SC2154 # variables of build.sh and its other parts
# Fetches what the bundle is made of from Debian trixie: the sources of OpenSSH, OpenSSL, Mbed TLS
# and BusyBox, musl for both architectures, the kernel's headers. apt does it, with a configuration of
# its own, so that signatures are verified and security updates taken whatever release this machine runs.

suite=trixie
source_packages=(openssh openssl mbedtls busybox)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# Where this machine gets its Debian from: no mirror is named here. Reads "apt-get update
# --print-uris", which also works before the machine's own lists were ever fetched.
machine_uri() {
  local release
  # shellcheck source=/dev/null
  release=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
  apt-get update --print-uris 2> /dev/null |
    sed -n "s|^'\(.*\)/dists/$release$1/InRelease'.*|\1|p" | head -n 1
}

configure_apt() {
  local main security signed="[signed-by=$keyring]" signed_both="[signed-by=$keyring arch=amd64,arm64]"
  main=$(machine_uri '') security=$(machine_uri -security)
  [ -n "$main" ] || die "apt is not configured for Debian: nowhere to get OpenSSH's source from"
  mkdir -p "$cache/apt/lists/partial" "$cache/apt/archives/partial"
  {
    printf 'deb-src %s %s main\n' "$signed $main" $suite "$signed $main" $suite-updates
    printf 'deb %s %s main\n' "$signed_both $main" $suite "$signed_both $main" $suite-updates
    if [ -n "$security" ]; then
      printf 'deb-src %s %s main\n' "$signed $security" $suite-security
      printf 'deb %s %s main\n' "$signed_both $security" $suite-security
    else
      say "this machine has no source of security updates: building without them"
    fi
  } > "$cache/apt/sources.list"
  # Proxies, certificates and the like still come from the machine's configuration.
  cat > "$cache/apt/apt.conf" << EOF
Dir::Etc::sourcelist "$cache/apt/sources.list";
Dir::Etc::sourceparts "-";
Dir::Etc::preferencesparts "-";
Dir::State::lists "$cache/apt/lists";
Dir::State::status "/dev/null";
Dir::Cache "$cache/apt";
APT::Architecture "amd64";
APT::Architectures { "amd64"; "arm64"; };
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
EOF
}

# Versions of a source package that are listed, the newest first.
listed_versions() { apt-cache showsrc --only-source "$1" | sed -n 's/^Version: //p' | sort -Vru; }

fetch_version() { apt-get source --download-only "$1=$2" > /dev/null 2>&1; }

# Mirrors may list a version before they have its files, or after they have removed them: then the
# next older one of Debian's own, which is signed as well, is taken, and the build says so, here and
# in the manifest. A release is not made of it (refuse_older).
download_source() {
  local package=$1 version versions
  versions=$(listed_versions "$package")
  printf '%s %s\n' "$package" "$(head -n 1 <<< "$versions" | sed 's/^[0-9]*://')" >> newest
  for version in $versions; do
    if fetch_version "$package" "$version"; then
      return 0
    fi
    say "$package $version is listed but cannot be fetched: looking for an older one"
    find . -maxdepth 1 -name "${package}_*" -delete
  done
  die "cannot fetch $package's source"
}

download() {
  local package
  configure_apt
  export APT_CONFIG=$cache/apt/apt.conf
  quietly apt-get update --error-on=any
  for package in "${source_packages[@]}"; do
    download_source "$package"
  done
  quietly apt-get download musl-dev:amd64 musl-dev:arm64 linux-libc-dev
  sha256sum -- *.dsc *.tar.* *.deb > SHA256SUMS
}

# An earlier version of this build may have fetched less.
sources_are_complete() {
  local package
  for package in "${source_packages[@]}" musl-dev linux-libc-dev; do
    grep -qs "  ${package}_" "$cache/sources/SHA256SUMS" || return 1
  done
}

# Leaves the files in $cache/sources, at most a day old. Offline, what is there is good enough.
fetch_sources() {
  local sources=$cache/sources
  ! sources_are_complete || [ ! -e "$sources/newest" ] || [ -z "$(find "$sources/SHA256SUMS" -mmin -1440)" ] || return 0
  rm -rf "$sources.new"
  mkdir -p "$sources.new"
  if (cd "$sources.new" && download); then
    rm -rf "$sources"
    mv "$sources.new" "$sources"
  elif sources_are_complete; then
    [ -z "${SSHPOD_RELEASE:-}" ] || die "cannot look for newer sources, and a release is made from the newest"
    say "cannot look for newer sources: building from those of $(date -r "$sources/SHA256SUMS" +%F)"
  else
    die "cannot fetch the sources"
  fi
}

# "10.0p1-7+deb13u2": Debian's version without the epoch, as it stands in the name of the .dsc.
version_of() {
  find "$cache/sources" -name "$1_*.dsc" -printf '%f' | sed "s/^$1_//; s/\.dsc$//"
}
openssh_version() { version_of openssh; }

# The newest version that was listed when the sources were fetched, in the same form; nothing where an earlier version of this build
# fetched them.
newest_of() { sed -n "s/^$1 //p" "$cache/sources/newest" 2> /dev/null || true; }

# A release (SSHPOD_RELEASE=1, which build/release.sh sets) is made of the newest sources or not at all.
refuse_older() {
  local package
  [ -n "${SSHPOD_RELEASE:-}" ] || return 0
  for package in "${source_packages[@]}"; do
    [ "$(version_of "$package")" = "$(newest_of "$package")" ] ||
      die "$package $(newest_of "$package") is listed and could not be fetched: no release is made from $(version_of "$package")"
  done
}

# The hashes of the named packages' files: what is made of them is made again when these change.
sums_of() {
  local package
  for package; do
    grep "  ${package}_" "$cache/sources/SHA256SUMS"
  done
}
