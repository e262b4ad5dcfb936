#!/bin/sh
# Installs sshpod, or upgrades it: downloads the release for this system, checks it, puts it in place and runs `sshpod configure`.
# POSIX sh, for Linux and macOS; zsh runs it too. What fails leaves the machine as it was.
#   install.sh [--prefix DIRECTORY] [--version VERSION] [--yes] [--uninstall | --purge]
set -eu
# Else zsh runs a trap at the end of the function that set it.
[ -z "${ZSH_VERSION:-}" ] || emulate sh

usage() {
	cat <<-'USAGE'
		usage: install.sh [--prefix DIRECTORY] [--version VERSION] [--yes] [--uninstall | --purge]
		  --prefix DIRECTORY   where the program goes (default: ~/.local/bin)
		  --version VERSION    which release (default: the newest)
		  --program FILE       install this file in place of a release
		  --yes                do not ask
		  --uninstall          take sshpod out of ssh's configuration, and remove the program
		  --purge              the same, and remove its settings, its key and its caches
		SSHPOD_RELEASES is the URL of the releases page, if it is not the one that this script came from.
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
		https://*) local_server=false ;;
		http://localhost[:/]* | http://127.0.0.1[:/]* | "http://[::1]"*) local_server=true ;;
		'') fail "this copy does not say where its releases are: use the one from a release, set SSHPOD_RELEASES, or run make install" ;;
		*) fail "SSHPOD_RELEASES is $releases: it must begin with https://" ;;
	esac
	[ -n "$signer" ] || fail "this copy does not know who signs releases: use the one from a release, or run make install"
}

# Nothing may take longer, in seconds, or be larger, in KiB.
download() { # PATH FILE SECONDS KIB
	if command -v curl >/dev/null; then
		download_with_curl "$releases/$1" "$2" "$3" "$4"
	elif command -v wget >/dev/null; then
		download_with_wget "$releases/$1" "$2" "$3" "$4"
	else
		fail "neither curl nor wget is installed: install one of them"
	fi || fail "cannot download $releases/$1"
}

# Ends what writes a larger file, whatever length the server names: wget, and curl before 8.4, would read on without end.
limited() { # KIB COMMAND [ARGUMENT...]
	(
		# Ignored, it is an error of the write, which the program tells.
		trap '' XFSZ
		# The unit is 512 bytes, but 1024 in bash, unless that is in POSIX mode.
		if [ -n "${BASH_VERSION:-}" ]; then blocks=$1; else blocks=$(($1 * 2)); fi
		ulimit -f "$blocks" 2>/dev/null || true
		shift
		"$@"
	)
}

# Ends a program after a while, where GNU's timeout is installed, which macOS lacks.
within() { # SECONDS PROGRAM [ARGUMENT...]
	# Busybox has no such option. Without it, Ctrl-C would not reach the program.
	if timeout --foreground 5 "$2" --version >/dev/null 2>&1; then
		timeout --foreground "$@"
	else
		shift
		"$@"
	fi
}

download_with_curl() { # URL FILE SECONDS KIB
	url=$1 file=$2 seconds=$3 size=$4
	if [ "$local_server" = true ]; then
		set -- --proto '=http' --max-redirs 0
	else
		# https, and nothing else where it redirects to. What was slow is not tried again.
		set -- -L --proto '=https' --proto-redir '=https' --tlsv1.2 --retry 2 --retry-max-time 15
	fi
	limited "$size" curl -fsS "$@" --connect-timeout 20 --max-time "$seconds" --speed-limit 1000 --speed-time 30 \
		--max-filesize "$((size * 1024))" -o "$file" "$url"
}

# It has no option that forbids a redirect to http, so each is followed by hand.
download_with_wget() { # URL FILE SECONDS KIB
	case $(wget --version 2>/dev/null) in
		"GNU Wget2 "*)
			download_with_wget2 "$@"
			return
			;;
		"GNU Wget "*) ;;
		*) fail "this wget cannot be limited to https: install curl or GNU wget" ;;
	esac
	url=$1 redirects=0
	until limited "$4" within "$3" wget -nv -S --max-redirect=0 -t 3 -T 20 -O "$2" "$url" 2>"$work/headers"; do
		url=$(sed -n 's/^ *[Ll]ocation: *\([^ ]*\).*/\1/p' "$work/headers" | tr -d '\r' | head -n 1)
		redirects=$((redirects + 1))
		case $local_server$redirects$url in
			false[1-5]https://*) ;;
			*)
				grep -E '^(wget|Cannot)|ERROR' "$work/headers" >&2 || true
				return 1
				;;
		esac
	done
}

# Debian's 1.99 follows a redirect even with --max-redirect=0, succeeds without a file where it may not follow one, knows no proxy that is
# asked with CONNECT, and reads on until its time is over where it can write no more.
download_with_wget2() { # URL FILE SECONDS KIB
	[ "$local_server" = false ] || fail "this wget, which is wget2, follows any redirect of http: install curl, or GNU wget"
	if limited "$4" within "$3" wget -nv --https-only --no-hsts --no-hpkp --no-ocsp -t 3 -T 20 -O "$2" "$1" && [ -s "$2" ]; then return; fi
	[ -z "${https_proxy:-}${HTTPS_PROXY:-}" ] || say "wget2 may not know this kind of proxy: install curl, or GNU wget"
	return 1
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

# What the hashes of a release say counts only when its signer has signed them.
check_signature() {
	command -v ssh-keygen >/dev/null ||
		fail "the signature of the release cannot be checked without ssh-keygen: install OpenSSH's client, which sshpod needs anyway"
	printf 'sshpod namespaces="sshpod-release" %s\n' "$signer" >"$work/signers"
	ssh-keygen -Y verify -f "$work/signers" -I sshpod -n sshpod-release -s "$work/SHA256SUMS.sig" \
		<"$work/SHA256SUMS" >"$work/verified" 2>&1 ||
		fail "the release is not signed by the key that this script trusts ($(tail -n 1 "$work/verified")): nothing was installed"
}

# What is offered as the newest release is at least the one that this script is from, and the one that is installed.
refuse_older() { # VERSION
	if is_older "$1" "$own"; then
		fail "$releases/$at is version $1, but this installer is from $own: nothing was installed;" \
			"to install $1 all the same, use --version $1"
	fi
	installed=''
	# Where others can put a program, it is not run.
	ours=true
	if [ "$(id -u)" = 0 ]; then
		case $(ls -ldL "$prefix" 2>/dev/null) in ?????w* | ????????w*) ours=false ;; esac
	fi
	if [ "$ours" = true ] && [ -O "$prefix" ] && [ -O "$prefix/sshpod" ] && [ ! -h "$prefix/sshpod" ] && [ -x "$prefix/sshpod" ]; then
		installed=$("$prefix/sshpod" version 2>/dev/null </dev/null | sed -n '1s/^sshpod \([0-9A-Za-z.+-]*\)$/\1/p')
		installed=${installed%%+*}
	fi
	if is_older "$1" "$installed"; then
		fail "$prefix/sshpod is version $installed, and the newest release at $releases is $1: nothing was installed;" \
			"to go back to $1, use --version $1"
	fi
}

# By the numbers between dots; 1.2.0-rc.1 is older than 1.2.0. False where these do not decide.
is_older() { # VERSION VERSION
	left=${1%%+*} right=${2%%+*}
	numbers=${left%%-*}. others=${right%%-*}.
	while [ -n "$numbers$others" ]; do
		number=${numbers%%.*} other=${others%%.*}
		numbers=${numbers#*.} others=${others#*.}
		case $number$other in '' | *[!0-9]*) return 1 ;; esac
		[ "${number:-0}" -eq "${other:-0}" ] || {
			[ "${number:-0}" -lt "${other:-0}" ]
			return
		}
	done
	case $left/$right in
		*-*/*-*) is_older_candidate "${left#*-}" "${right#*-}" ;;
		*-*/*) return 0 ;;
		*) return 1 ;;
	esac
}

# As `sshpod version --check` ranks them: rc.9 before rc.10, beta before rc, rc before rc.1.
is_older_candidate() { # CANDIDATE CANDIDATE
	parts=$1. others=$2.
	while [ -n "$parts" ] && [ -n "$others" ]; do
		part=${parts%%.*} other=${others%%.*}
		parts=${parts#*.} others=${others#*.}
		[ "$part" != "$other" ] || continue
		case $part/$other in
			# A name, nothing, or a number with more than nine digits.
			*[!0-9/]* | /* | */ | ??????????*/* | */??????????*)
				LC_ALL=C expr "x$part" '<' "x$other" >/dev/null
				return
				;;
		esac
		[ "$part" -eq "$other" ] || {
			[ "$part" -lt "$other" ]
			return
		}
	done
	[ -z "$parts" ] && [ -n "$others" ]
}

# The release's files, checked.
fetch() {
	platform=$(platform)
	check_url
	if [ -n "$version" ]; then at=download/v${version#v}; else at=latest/download; fi
	say "looking for sshpod ${version:-(the newest)} for $platform at $releases"
	download "$at/SHA256SUMS" "$work/SHA256SUMS" 20 64
	download "$at/SHA256SUMS.sig" "$work/SHA256SUMS.sig" 20 64
	check_signature
	# HASH  sshpod-VERSION-PLATFORM.tar.gz
	archive=$(sed -n "s/^[0-9a-f]\{64\}  \(sshpod-[0-9A-Za-z.+-]*-$platform\.tar\.gz\)\$/\1/p" "$work/SHA256SUMS" | head -n 1)
	[ -n "$archive" ] || fail "the release has nothing for $platform"
	found=${archive#sshpod-} found=${found%"-$platform.tar.gz"}
	# Signed is not enough: an older release is signed as well.
	if [ -n "$version" ]; then
		[ "$found" = "${version#v}" ] || fail "$releases/$at is version $found: nothing was installed"
	else
		refuse_older "$found"
	fi
	version=$found
	expected=$(grep "  $archive\$" "$work/SHA256SUMS" | cut -d ' ' -f 1)
	download "download/v$version/$archive" "$work/$archive" 900 131072
	actual=$(sha256 "$work/$archive")
	[ "$actual" = "$expected" ] || fail "$archive does not match the release (SHA-256 $actual, not $expected): nothing was installed"
	tar -xzf "$work/$archive" -C "$work" || fail "cannot unpack $archive"
	program=$work/sshpod-$version-$platform/sshpod
	[ -f "$program" ] || fail "$archive does not contain sshpod"
}

# Before anything is downloaded: the directory, or what it would be made in, can be written.
check_prefix() {
	existing=$prefix
	while [ ! -e "$existing" ]; do
		existing=$(dirname "$existing")
	done
	[ -d "$existing" ] || fail "cannot install to $prefix: $existing is not a directory"
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
	mkdir -p "$prefix" || fail "cannot make $prefix"
	# A directory that nobody could foresee: in a prefix of another user, a link with a known name would be written through.
	staging=$(mktemp -d "$prefix/.sshpod.XXXXXXXXXX") || fail "cannot write to $prefix"
	staged=$staging/sshpod
	case $program in /*) ;; *) program=$PWD/$program ;; esac
	# In it, and not by its path: who may rename it could put another in its place.
	(cd "$staging" && [ -O . ] && cp "$program" sshpod && chmod 755 sshpod) || fail "cannot write to $prefix"
	# Where it will be, and not where it was unpacked: /tmp may not allow execution.
	reported=$(cd "$staging" && [ -O . ] && ./sshpod version 2>"$work/error") ||
		fail "the program does not run here: $(head -n 1 "$work/error"); nothing was installed"
	# Replaced by a rename, not overwritten: an sshpod that runs keeps its file.
	if [ -d "$prefix/sshpod" ] || ! mv -f "$staged" "$prefix/sshpod"; then
		fail "cannot write $prefix/sshpod"
	fi
	rmdir "$staging"
	staging=''
	say "installed $(echo "$reported" | head -n 1) as $prefix/sshpod"
}

# The manual page and completions, where man and shells look: beside a directory bin.
names_of_shared() {
	share=${prefix%/bin}/share
	manual=$share/man/man1/sshpod.1
	bash_completion=$share/bash-completion/completions/sshpod
	zsh_completion=$share/zsh/site-functions/_sshpod
	fish_completion=$share/fish/vendor_completions.d/sshpod.fish
}

put_shared() {
	[ -f "$(dirname "$program")/sshpod.1" ] || return 0
	names_of_shared
	"$prefix/sshpod" completion bash >"$work/bash" &&
		{ echo '#compdef sshpod' && "$prefix/sshpod" completion zsh && echo '_sshpod "$@"'; } >"$work/zsh" &&
		"$prefix/sshpod" completion fish >"$work/fish" &&
		put_file "$(dirname "$program")/sshpod.1" "$manual" &&
		put_file "$work/bash" "$bash_completion" &&
		put_file "$work/zsh" "$zsh_completion" &&
		put_file "$work/fish" "$fish_completion"
}

# Removed before: a link that is there is replaced, not written through.
put_file() { # FILE DESTINATION
	mkdir -p "$(dirname "$2")" && rm -f "$2" && cp "$1" "$2"
}

remove_shared() {
	names_of_shared
	for shared in "$manual" "$bash_completion" "$zsh_completion" "$fish_completion"; do
		rm -f "$shared"
		remove_empty "$(dirname "$shared")" "${prefix%/bin}"
	done
}

# Up to, but without, a directory that stays.
remove_empty() { # DIRECTORY STAYS
	directory=$1
	while [ "$directory" != "$2" ] && rmdir "$directory" 2>/dev/null; do
		directory=$(dirname "$directory")
	done
}

check_path() {
	case :$PATH: in
		*:"$prefix":*)
			found=$(command -v sshpod) || found=''
			[ "$found" = "$prefix/sshpod" ] || say "another sshpod comes first on your PATH: $found"
			;;
		*)
			say "$prefix is not on your PATH: ssh works anyway; to run sshpod by name, add to your shell's profile:" \
				"export PATH=\"$prefix:\$PATH\""
			;;
	esac
}

uninstall() {
	[ -f "$prefix/sshpod" ] || fail "there is no $prefix/sshpod; say where it is with --prefix"
	# As sshpod does: a relative one is ignored. Here it would be a directory of wherever this runs.
	case ${XDG_CACHE_HOME:-} in /*) cache=$XDG_CACHE_HOME/sshpod ;; *) cache=$HOME/.cache/sshpod ;; esac
	case ${XDG_CONFIG_HOME:-} in /*) settings=$XDG_CONFIG_HOME/sshpod ;; *) settings=$HOME/.config/sshpod ;; esac
	also=''
	[ "$purge" = false ] || also=", and remove $settings and $cache with your key"
	ask "take sshpod out of ssh's configuration and remove $prefix/sshpod$also?"
	"$prefix/sshpod" configure --remove --yes || fail "left ssh's configuration and $prefix/sshpod as they were"
	rm "$prefix/sshpod" || fail "cannot remove $prefix/sshpod"
	remove_shared
	if [ "$purge" = true ]; then
		rm -rf "$cache" "$settings" || fail "removed $prefix/sshpod, but cannot remove all of $cache and $settings"
		say "removed $prefix/sshpod, $settings and $cache"
	else
		say "removed $prefix/sshpod; keys and known hosts are still in $cache: --purge would remove them too"
	fi
}

# Not called end: zsh has a word of that name.
remove_temporary() {
	rm -rf "$work"
	[ -n "$staging" ] || return 0
	rm -rf "$staging"
	# And what was made for it.
	remove_empty "$prefix" "$existing"
}

# All is in a function, so that a script that was cut on its way does nothing.
main() {
	# Nobody else may write to the directories and completions that this makes, whatever the user's umask is.
	umask go-w
	# build/release.sh writes into the copy of a release where it is published, the key of who signs it, and its version.
	published=''
	signer=''
	own=''
	releases=${SSHPOD_RELEASES:-$published}
	releases=${releases%/}
	prefix='' version='' program='' staging='' yes=false uninstall=false purge=false
	while [ $# -gt 0 ]; do
		case $1 in
			--prefix=* | --version=* | --program=*)
				option=${1%%=*} value=${1#*=}
				shift
				set -- "$option" "$value" "$@"
				continue
				;;
			--prefix | --version | --program)
				[ -n "${2:-}" ] || { say "$1 needs a value"; exit 2; }
				case $1 in
					--prefix) prefix=$2 ;;
					--version) version=$2 ;;
					--program) program=$2 ;;
				esac
				shift
				;;
			--yes | -y) yes=true ;;
			--uninstall) uninstall=true ;;
			--purge) uninstall=true purge=true ;;
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
	trap remove_temporary EXIT
	trap 'exit 1' HUP INT TERM
	[ -n "$program" ] || fetch
	ask "install sshpod to $prefix, and have ssh use it for *.sshpod (one line in ~/.ssh/config)?"
	put_in_place
	put_shared || say "cannot write the manual page and completions below $share"
	check_path
	"$prefix/sshpod" configure --yes ||
		fail "sshpod is installed, but ssh is not configured: see the line above, then run $prefix/sshpod configure"
}

main "$@"
