#!/usr/bin/env bash
# Makes the files of a release for runtime identifiers that can be published here: an archive for each, and SHA256SUMS for all
# archives that are there.
#   release.sh RID...       into artifacts/release
# The bundles must be made of the newest sources that were listed; with SSHPOD_RELEASE=1, sshd/build.sh makes no others.
# SSHPOD_RELEASES is the URL of the page they will be on; on GitHub it is known.
# install.sh and install.ps1 rely on these names: sshpod-VERSION-SYSTEM-ARCHITECTURE.tar.gz, for Windows .zip.
set -euo pipefail
cd "$(dirname "$0")/.."
release=artifacts/release
export SSHPOD_RELEASE=1
version=$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' src/Sshpod/Sshpod.csproj)

platform() { # RID
	case $1 in
		linux-x64) echo linux-amd64 ;;
		linux-arm64) echo linux-arm64 ;;
		osx-x64) echo darwin-amd64 ;;
		osx-arm64) echo darwin-arm64 ;;
		win-x64) echo windows-amd64 ;;
		win-arm64) echo windows-arm64 ;;
		*) echo "release: no name for $1" >&2; return 1 ;;
	esac
}

# The same files give the same archive, where tar is GNU's.
pack() { # NAME
	local options=()
	if tar --version | grep -q GNU; then
		options=(--sort=name --owner=0 --group=0 --numeric-owner "--mtime=@$(git log -1 --format=%ct)")
	fi
	case $1 in
		# The tar of Windows writes zip files.
		*-windows-*) if command -v zip >/dev/null; then zip -qr "$1.zip" "$1"; else tar -a -cf "$1.zip" "$1"; fi ;;
		*) tar "${options[@]}" -cf - "$1" | gzip -9n >"$1.tar.gz" ;;
	esac
}

# The bundles may come from another machine, and from a build that was none for a release.
listed() { sed -n "s/^  \"newestListed\":.*\"$1\": \"\([^\"]*\)\".*/\1/p" artifacts/sshd/manifest.json; }
used() { sed -n "s/^  \"$1\": \"\([^\"]*\)\".*/\1/p" artifacts/sshd/manifest.json; }
for package in openssh openssl mbedtls; do
	[ "$(used $package)" = "$(listed $package)" ] && continue
	echo "release: the bundles have $package $(used $package); listed was $(listed $package): run SSHPOD_RELEASE=1 sshd/build.sh again" >&2
	exit 1
done

mkdir -p "$release"
for rid; do
	name=sshpod-$version-$(platform "$rid")
	build/publish.sh "$rid" artifacts
	rm -rf "${release:?}/$name"
	mkdir "$release/$name"
	program=sshpod
	[[ $rid != win-* ]] || program=sshpod.exe
	cp "artifacts/$rid/$program" "artifacts/$rid/sshpod.cdx.json" docs/sshpod.1 LICENSE NOTICE README.md "$release/$name"
	(cd "$release" && pack "$name" && rm -rf "$name")
done
# Whoever installs from a release gets the next one from where it came.
published=${SSHPOD_RELEASES:-${GITHUB_REPOSITORY:+https://github.com/$GITHUB_REPOSITORY/releases}}
for installer in install.sh install.ps1; do
	sed "s|\(published *= *\)''|\1'$published'|" "$installer" >"$release/$installer"
done
cd "$release"
sha256() { if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }
# What was not made here has no archive here.
shopt -s nullglob
sha256 sshpod-"$version"-*.tar.gz sshpod-"$version"-*.zip install.sh install.ps1 >SHA256SUMS
echo "release: $PWD" >&2
