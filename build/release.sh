#!/usr/bin/env bash
# Makes a release: a tree of files that any web server can serve, as GitHub's pages of releases are laid out.
#   release.sh [--into DIRECTORY] [--version VERSION] [RID...]     into artifacts/release
# It publishes the archives of the RIDs named, and writes what belongs to all archives of this version that are there: the installers,
# SHA256SUMS and its signature, in download/vVERSION/ and latest/download/. Without a RID it does the second alone.
#   SSHPOD_SIGNING_KEY   file of the private key that signs; a public key, where ssh-agent has the private one
#   SSHPOD_RELEASES      the URL where the tree will be, where build/published does not say it
# The bundles must be made of the newest sources that were listed; with SSHPOD_RELEASE=1, sshd/build.sh makes no others.
# install.sh and install.ps1 rely on these names: sshpod-VERSION-SYSTEM-ARCHITECTURE.tar.gz, for Windows .zip.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
release=artifacts/release
version=$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' src/Sshpod/Sshpod.csproj)
export SSHPOD_RELEASE=1

fail() { echo "release: $*" >&2; exit 1; }

while [ $# -gt 0 ]; do
	case $1 in
		--into) release=$2 ;;
		--version) version=$2 ;;
		-*) fail "unknown option $1" ;;
		*) break ;;
	esac
	shift 2
done

platform() { # RID
	case $1 in
		linux-x64) echo linux-amd64 ;;
		linux-arm64) echo linux-arm64 ;;
		osx-x64) echo darwin-amd64 ;;
		osx-arm64) echo darwin-arm64 ;;
		win-x64) echo windows-amd64 ;;
		win-arm64) echo windows-arm64 ;;
		*) fail "no name for $1" ;;
	esac
}

# BusyBox is under the GPL: its source, and how it was built, is offered beside what contains it.
put_sources() {
	[ -e artifacts/sshd/source ] || fail "artifacts/sshd/source is missing, the source of BusyBox: run sshd/build.sh"
	rm -f "$files"/busybox_*
	cp artifacts/sshd/source/busybox_* "$files"
}

# The bundles may come from another machine, and from a build that was none for a release.
check_bundles() {
	local package listed used
	for package in openssh openssl mbedtls busybox; do
		listed=$(sed -n "s/^  \"newestListed\":.*\"$package\": \"\([^\"]*\)\".*/\1/p" artifacts/sshd/manifest.json)
		used=$(sed -n "s/^  \"$package\": \"\([^\"]*\)\".*/\1/p" artifacts/sshd/manifest.json)
		# An older manifest may lack one.
		[ -n "$used" ] || fail "the bundles do not say which $package they have: run sshd/build.sh again"
		[ "$used" = "$listed" ] ||
			fail "the bundles have $package $used, but $listed was listed: run SSHPOD_RELEASE=1 sshd/build.sh again"
	done
}

archive() { # RID
	local rid=$1 name program=sshpod
	name=sshpod-$version-$(platform "$rid")
	build/publish.sh "$rid" artifacts
	rm -rf "${release:?}/$name"
	mkdir "$release/$name"
	[[ $rid != win-* ]] || program=sshpod.exe
	cp "artifacts/$rid/$program" "artifacts/$rid/sshpod.cdx.json" docs/sshpod.1 LICENSE NOTICE "$release/$name"
	stamp README.md >"$release/$name/README.md"
	# The bill of materials stands beside the archive too, for who looks before downloading.
	cp "artifacts/$rid/sshpod.cdx.json" "$files/$name.cdx.json"
	(cd "$release" && "$root/build/pack.sh" "$name" "$(git -C "$root" log -1 --format=%ct)")
	mv "$release/$name".{tar.gz,zip} "$files" 2>/dev/null || true
	rm -rf "${release:?}/$name"
}

# A document or an installer, as it is in a release.
stamp() { # FILE
	# shellcheck disable=SC2016 # what a reader of the checkout sets
	sed -e "s|\$SSHPOD_RELEASES/|$address/|g; s|\$env:SSHPOD_RELEASES/|$address/|g" \
		-e "s|^\([[:space:]]*[\$]*published *= *\)''|\1'$address'|; s|^\([[:space:]]*[\$]*signer *= *\)''|\1'$signer'|" \
		-e "s|^\([[:space:]]*[\$]*own *= *\)''|\1'$version'|" "$1"
}

sha256() { if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }

# What belongs to all archives.
publish() {
	local file
	[ -n "${SSHPOD_SIGNING_KEY:-}" ] || fail "SSHPOD_SIGNING_KEY does not name the key that signs a release: ssh-keygen -t ed25519 makes one"
	for file in install.sh install.ps1 README.md; do stamp $file >"$files/$file"; done
	chmod 755 "$files/install.sh"
	(
		cd "$files"
		rm -f SHA256SUMS.sig
		# What was not made here has no archive here.
		shopt -s nullglob
		# And the packages of packaging/package.sh, when it has run.
		sha256 sshpod-"$version"-*.{tar.gz,zip,cdx.json} ./*.{deb,rpm,tgz,nupkg,rb,yaml} ./*scoop.json [P]KGBUILD [f]lake.nix \
			./busybox_* install.sh install.ps1 README.md | sed 's|  \./|  |' >SHA256SUMS
		ssh-keygen -q -Y sign -f "$key" -n sshpod-release SHA256SUMS >&2
	)
	rm -rf "$release/latest"
	mkdir -p "$release/latest"
	cp -R "$files" "$release/latest/download"
}

# shellcheck source=SCRIPTDIR/published
. build/published
[[ $address =~ ^https?://[A-Za-z0-9._:/@~%-]+$ ]] ||
	fail "where it will be published is not known ('$address'): write it into build/published, or set SSHPOD_RELEASES"
if [ -n "${SSHPOD_SIGNING_KEY:-}" ]; then
	key=$(cd "$(dirname "$SSHPOD_SIGNING_KEY")" && pwd)/$(basename "$SSHPOD_SIGNING_KEY")
	public=$(ssh-keygen -y -f "$key" 2>/dev/null || cat "$key")
	# Type and key, without the comment.
	public=$(cut -d ' ' -f 1,2 <<<"$public")
	[[ $public =~ ^[a-z0-9@.-]+\ [A-Za-z0-9+/=]+$ ]] || fail "$SSHPOD_SIGNING_KEY does not hold a key made by ssh-keygen"
	signer=$(cut -d ' ' -f 1,2 <<<"$signer")
	[ -z "$signer" ] || [ "$signer" = "$public" ] || fail "$SSHPOD_SIGNING_KEY is not the key in build/published"
	signer=$public
fi

mkdir -p "$release"
release=$(cd "$release" && pwd)
files=$release/download/v$version
mkdir -p "$files"
if [ $# != 0 ]; then
	check_bundles
	put_sources
fi
for rid; do archive "$rid"; done
# Machines that make an archive each do not sign.
if [ $# = 0 ] || [ -n "${SSHPOD_SIGNING_KEY:-}" ]; then publish; fi
echo "release: $files" >&2
