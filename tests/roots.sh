#!/usr/bin/env bash
# Makes a root directory that is like another machine's, for tests of a program that needs nothing of it, and prints its path. Cached.
#   roots.sh bullseye|musl|nothing
set -euo pipefail
roots=${XDG_CACHE_HOME:-$HOME/.cache}/sshpod-tests/roots
name=$1 keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# Packages of a release of Debian, whatever this machine's is, from where it gets its own: no mirror is named here.
packages_of() { # RELEASE PACKAGE...
	local apt=$work/apt mirror codename
	# shellcheck source=/dev/null
	codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
	mirror=$(apt-get update --print-uris 2>/dev/null | sed -n "s|^'\(.*\)/dists/$codename/InRelease'.*|\1|p" | head -n 1)
	mkdir -p "$apt/lists/partial" "$apt/archives/partial"
	echo "deb [signed-by=$keyring] $mirror ${1/#this/$codename} main" >"$apt/sources.list"
	cat >"$apt/apt.conf" <<-CONF
		Dir::Etc::sourcelist "$apt/sources.list";
		Dir::Etc::sourceparts "-";
		Dir::State::lists "$apt/lists";
		Dir::State::status "/dev/null";
		Dir::Cache "$apt";
		APT::Sandbox::User "";
		Acquire::Languages "none";
		Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
	CONF
	export APT_CONFIG=$apt/apt.conf
	apt-get update -qq
	(cd "$work" && apt-get download -qq "${@:2}")
}

make_root() {
	local root=$work/root package
	mkdir -p "$root"/{etc,dev,proc,tmp}
	case $name in
		# Debian 11, whose /etc/nsswitch.conf may name plug-ins of systemd: here they are, made for its glibc 2.31.
		bullseye) packages_of bullseye libc6 libnss-myhostname libnss-resolve libnss-systemd ;;
		# What Alpine has beside its programs.
		musl) packages_of this busybox-static musl ;;
		nothing) ;;
	esac
	for package in "$work"/*.deb; do
		[ ! -e "$package" ] || dpkg-deb -x "$package" "$root"
	done
	rm -rf "${root:?}/usr/share"
	mv "$root" "$roots/$name"
}

case $name in bullseye | musl | nothing) ;; *) echo "roots: no root is called $name" >&2; exit 1 ;; esac
mkdir -p "$roots"
exec 9>"$roots/.lock"
flock 9
if [ ! -d "$roots/$name" ]; then
	work=$(mktemp -d "$roots/.new.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	make_root >&2
fi
echo "$roots/$name"
