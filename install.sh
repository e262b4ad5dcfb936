#!/bin/sh
# Installs sshpod, or upgrades it: downloads the release for this system, checks it, puts it in place and runs `sshpod configure`.
# POSIX sh, for Linux and macOS. Nothing is changed before the download has been checked and the program has run once.
#   install.sh [--prefix DIRECTORY] [--version VERSION] [--yes] [--uninstall]
set -eu

usage() {
	cat <<-'USAGE'
		usage: install.sh [--prefix DIRECTORY] [--version VERSION] [--yes] [--uninstall]
		  --prefix DIRECTORY   where the program goes (default: ~/.local/bin)
		  --version VERSION    which release (default: the newest)
		  --program FILE       install this file in place of a release
		  --yes                do not ask
		  --uninstall          take sshpod out of ssh's configuration, and remove the program
		SSHPOD_RELEASES is the URL of the page of releases, if it is another than the one this is from.
	USAGE
}

say() { printf 'install: %s\n' "$*" >&2; }

fail() {
	say "$@"
	exit 1
}

# Which of our archives is for this machine: SYSTEM-ARCHITECTURE.
platform() {
	system=$(uname -s) machine=$(uname -m)
	case $system in
		Linux) system=linux ;;
		Darwin)
			system=darwin
			# Under Rosetta everything claims to be x86_64.
			[ "$(sysctl -n sysctl.proc_translated 2>/dev/null)" != 1 ] || machine=arm64
			;;
		*) fail "there is no release for $system; on Windows use install.ps1" ;;
	esac
	case $machine in
		x86_64 | amd64) machine=amd64 ;;
		aarch64 | arm64) machine=arm64 ;;
		*) fail "there is no release for $system on $machine" ;;
	esac
	echo "$system-$machine"
}

# Over TLS, but for a server on this very machine.
check_url() {
	case $releases in
		https://*) protocols='=https' ;;
		http://localhost[:/]* | http://127.0.0.1[:/]* | "http://[::1]"*) protocols='=http' ;;
		'') fail "this copy does not say where its releases are: take that of a release, or set SSHPOD_RELEASES, or run make install" ;;
		*) fail "SSHPOD_RELEASES is $releases: it must begin with https://" ;;
	esac
}

download() { # PATH FILE
	if command -v curl >/dev/null; then
		curl -fsSL --proto "$protocols" --connect-timeout 20 --retry 2 -o "$2" "$releases/$1"
	elif command -v wget >/dev/null; then
		wget -q -T 20 -O "$2" "$releases/$1"
	else
		fail "neither curl nor wget is here: install one of them"
	fi || fail "cannot download $releases/$1"
}

sha256() { # FILE
	if command -v sha256sum >/dev/null; then
		sha256sum "$1"
	elif command -v shasum >/dev/null; then
		shasum -a 256 "$1"
	elif command -v openssl >/dev/null; then
		openssl dgst -sha256 -r "$1"
	else
		fail "nothing here can check a SHA-256: install sha256sum, shasum or openssl"
	fi | cut -d ' ' -f 1
}

# The release's program, checked, as $work/sshpod.
fetch() {
	platform=$(platform)
	check_url
	if [ -n "$version" ]; then at=download/v${version#v}; else at=latest/download; fi
	say "looking for sshpod ${version:-(the newest)} for $platform at $releases"
	download "$at/SHA256SUMS" "$work/SHA256SUMS"
	# HASH  sshpod-VERSION-PLATFORM.tar.gz
	archive=$(sed -n "s/^[0-9a-f]\{64\}  \(sshpod-[0-9A-Za-z.+-]*-$platform\.tar\.gz\)\$/\1/p" "$work/SHA256SUMS" | head -n 1)
	[ -n "$archive" ] || fail "the release has nothing for $platform"
	version=${archive#sshpod-} version=${version%"-$platform.tar.gz"}
	expected=$(grep "  $archive\$" "$work/SHA256SUMS" | cut -d ' ' -f 1)
	download "download/v$version/$archive" "$work/$archive"
	actual=$(sha256 "$work/$archive")
	[ "$actual" = "$expected" ] || fail "$archive is not what the release says (SHA-256 $actual, not $expected): nothing was installed"
	tar -xzf "$work/$archive" -C "$work" || fail "cannot unpack $archive"
	program=$work/sshpod-$version-$platform/sshpod
	[ -f "$program" ] || fail "$archive holds no sshpod"
}

# Before anything is downloaded: the directory, or what it would be made in, can be written.
check_prefix() {
	existing=$prefix
	while [ ! -e "$existing" ]; do
		existing=$(dirname "$existing")
	done
	[ -d "$existing" ] || fail "cannot install to $prefix: $existing is no directory"
	if ! [ -w "$existing" ] || ! [ -x "$existing" ]; then
		fail "cannot write to $existing: choose another directory with --prefix"
	fi
	[ ! -d "$prefix/sshpod" ] || fail "$prefix/sshpod is a directory"
}

ask() { # QUESTION
	[ "$yes" = false ] && [ -t 0 ] || return 0
	printf 'install: %s [Y/n] ' "$1" >&2
	read -r answer || answer=n
	case $answer in
		'' | [yY]*) ;;
		*) fail "nothing was changed" ;;
	esac
}

put_in_place() {
	chmod 755 "$program"
	reported=$("$program" version 2>"$work/error") || fail "the program does not run here: $(head -n 1 "$work/error"); nothing was installed"
	mkdir -p "$prefix" || fail "cannot make $prefix"
	staged=$prefix/.sshpod.$$
	# Replaced by a rename, not overwritten: an sshpod that runs keeps its file.
	if ! cp "$program" "$staged" || ! chmod 755 "$staged" || ! mv -f "$staged" "$prefix/sshpod"; then
		fail "cannot write $prefix/sshpod"
	fi
	staged=''
	say "installed $(echo "$reported" | head -n 1) as $prefix/sshpod"
}

check_path() {
	case :$PATH: in
		*:"$prefix":*)
			found=$(command -v sshpod) || found=''
			[ "$found" = "$prefix/sshpod" ] || say "PATH finds another sshpod first: $found"
			;;
		*)
			say "$prefix is not on your PATH: ssh works all the same; to type sshpod, add to your shell's profile:" \
				"export PATH=\"$prefix:\$PATH\""
			;;
	esac
}

uninstall() {
	[ -f "$prefix/sshpod" ] || fail "there is no $prefix/sshpod; say where it is with --prefix"
	ask "take sshpod out of ssh's configuration and remove $prefix/sshpod?"
	"$prefix/sshpod" configure --remove --yes || fail "ssh's configuration is as it was, and so is $prefix/sshpod"
	rm "$prefix/sshpod" || fail "cannot remove $prefix/sshpod"
	say "removed $prefix/sshpod; keys and known hosts are still in ${XDG_CACHE_HOME:-$HOME/.cache}/sshpod"
}

end() {
	rm -rf "$work"
	[ -z "$staged" ] || rm -f "$staged"
}

# All is in a function, so that a script that was cut on its way does nothing.
main() {
	# build/release.sh writes into the copy of a release where it is published.
	published=''
	releases=${SSHPOD_RELEASES:-$published}
	releases=${releases%/}
	prefix='' version='' program='' staged='' yes=false uninstall=false
	while [ $# -gt 0 ]; do
		case $1 in
			--prefix=* | --version=* | --program=*)
				option=${1%%=*} value=${1#*=}
				shift
				set -- "$option" "$value" "$@"
				continue
				;;
			--prefix | --version | --program)
				[ -n "${2:-}" ] || { say "$1 wants a value"; exit 2; }
				case $1 in
					--prefix) prefix=$2 ;;
					--version) version=$2 ;;
					--program) program=$2 ;;
				esac
				shift
				;;
			--yes | -y) yes=true ;;
			--uninstall) uninstall=true ;;
			--help | -h) usage; exit 0 ;;
			*) say "unknown option $1"; usage >&2; exit 2 ;;
		esac
		shift
	done
	: "${HOME:?install: HOME is not set}"
	prefix=${prefix:-$HOME/.local/bin}
	case $prefix in
		/*) ;;
		*) prefix=$PWD/$prefix ;;
	esac
	if [ "$uninstall" = true ]; then
		uninstall
		return
	fi

	check_prefix
	work=$(mktemp -d) || fail "cannot make a temporary directory"
	trap end EXIT
	trap 'exit 1' HUP INT TERM
	[ -n "$program" ] || fetch
	ask "install sshpod to $prefix, and have ssh use it for *.sshpod (one line in ~/.ssh/config)?"
	put_in_place
	check_path
	"$prefix/sshpod" configure --yes ||
		fail "sshpod is installed, but ssh is not configured: see the line above, then run $prefix/sshpod configure"
}

main "$@"
