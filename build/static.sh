#!/bin/bash
# Makes what a static program is linked with, and prints the directory: a sysroot with glibc and OpenSSL as Debian trixie has them, which
# gets security updates, a compiler that uses it, and what of the program is C. Cached; a newer package is looked for once a day.
#   build/static.sh amd64|arm64
set -euo pipefail
export LC_ALL=C TZ=UTC
umask 022

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck disable=SC2034 # for the parts of sshd/build
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sshpod-build parts=$here/../sshd/build
# shellcheck source=SCRIPTDIR/../sshd/build/say.sh
. "$parts/say.sh"
# shellcheck source=SCRIPTDIR/../sshd/build/machine.sh
. "$parts/machine.sh"
# shellcheck source=SCRIPTDIR/../sshd/build/sources.sh
. "$parts/sources.sh"
# shellcheck source=SCRIPTDIR/../sshd/build/toolchain.sh
. "$parts/toolchain.sh"
say() { printf 'build/static.sh: %s\n' "$*" >&2; }
# shellcheck disable=SC2034 # for machine.sh
# cmake compiles .NET's side of OpenSSL.
packages=(dpkg-dev make cmake gcc gcc-aarch64-linux-gnu)
wanted=(libc6-dev:amd64 libc6-dev:arm64 libssl-dev:amd64 libssl-dev:arm64 linux-libc-dev)
debs=$cache/static-packages

# As with sources: mirrors may list what they do not have yet, and then the next older one, signed as well, is good enough here.
download_package() {
	local version versions
	versions=$(apt-cache madison "$1" | awk -F ' *[|] *' '!/Sources/ { print $2 }' | sort -Vru)
	for version in $versions; do
		! apt-get download "$1=$version" >/dev/null 2>&1 || return 0
		[ -z "${SSHPOD_RELEASE:-}" ] || die "$1 $version is listed and could not be fetched: no release is made from an older one"
		say "$1 $version is listed but cannot be fetched: looking for an older one"
	done
	die "cannot fetch $1"
}

download_packages() {
	local package
	configure_apt
	export APT_CONFIG=$cache/apt/apt.conf
	quietly apt-get update --error-on=any
	for package in "${wanted[@]}"; do download_package "$package"; done
	sha256sum -- *.deb >SHA256SUMS
}

# At most a day old. Offline, what is there is good enough, but not for a release.
fetch_packages() {
	[ ! -e "$debs/SHA256SUMS" ] || [ -z "$(find "$debs/SHA256SUMS" -mmin -1440)" ] || return 0
	rm -rf "$debs.new"
	mkdir -p "$debs.new"
	if (cd "$debs.new" && download_packages); then
		rm -rf "$debs"
		mv "$debs.new" "$debs"
	elif [ -e "$debs/SHA256SUMS" ] && [ -z "${SSHPOD_RELEASE:-}" ]; then
		say "cannot look for newer packages: linking with those of $(date -r "$debs/SHA256SUMS" +%F)"
	else
		die "cannot fetch the libraries for a static program"
	fi
}

make_static() { # ARCHITECTURE DIRECTORY
	local architecture=$1 directory=$2 gnu package part
	gnu=$(triplet "$architecture")
	rm -rf "$cache/static-$architecture"-*
	mkdir -p "$directory.new/sysroot"
	for package in "$debs"/*_{"$architecture",all}.deb; do dpkg-deb -x "$package" "$directory.new/sysroot"; done
	# Only archives are here, so that nothing is linked with a library that the program would have to load.
	find "$directory.new/sysroot" -name '*.so' -delete
	sed "s|@GNU@|$gnu|g" "$here/static/cc.sh" >"$directory.new/cc"
	chmod 755 "$directory.new/cc"
	grep -E "_($architecture|all)\.deb\$" "$debs/SHA256SUMS" >"$directory.new/SHA256SUMS"
	ln -s "$(command -v "$gnu-objcopy")" "$directory.new/objcopy"
	for part in static share; do
		"$directory.new/cc" -O2 -fPIE -fstack-protector-strong -Wall -Wextra -Werror -Wno-builtin-declaration-mismatch \
			-c "$here/static/$part.c" -o "$directory.new/$part.o"
	done
	mv "$directory.new" "$directory"
}

main() {
	local directory
	triplet "${1:?usage: build/static.sh amd64|arm64}" >/dev/null
	mkdir -p "$cache"
	# sshd/build.sh's: both write apt's lists.
	exec 9>"$cache/lock"
	flock 9
	install_packages
	fetch_packages
	directory=$cache/static-$1-$({ cat "$debs/SHA256SUMS"; compilers; } | key_of static.sh static)
	[ -e "$directory" ] || make_static "$1" "$directory"
	echo "$directory"
}

main "$@"
