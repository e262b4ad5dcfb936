#!/usr/bin/env bash
# Makes packages of a release, from its archives and the templates beside this, into the same directory.
#   package.sh DIRECTORY [KIND...]     DIRECTORY is artifacts/release/download/vVERSION; KIND: deb rpm npm tool manifests; all by default
# Each has the programs of the archives, byte for byte. SSHPOD_RELEASES as for build/release.sh, which is to run once more afterwards: it
# lists and signs the packages too.
set -euo pipefail
export LC_ALL=C TZ=UTC
umask 022
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
files=$(cd "$1" && pwd)
version=${files##*/v}
shift
kinds=("$@")
[ ${#kinds[@]} -gt 0 ] || kinds=(deb rpm npm tool manifests)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct)
export SOURCE_DATE_EPOCH

fail() { echo "package: $*" >&2; exit 1; }

sha256() { if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }

# shellcheck source=SCRIPTDIR/../build/published
. "$root/build/published"
[ -n "$address" ] || fail "where the release will be published is not known: write it into build/published, or set SSHPOD_RELEASES"
# Packages need somebody to write to: the server of the releases.
host=${address#*://} host=${host%%[/:]*}

archive_of() { # PLATFORM
	local file
	for file in "$files/sshpod-$version-$1".{tar.gz,zip}; do
		[ ! -e "$file" ] || { echo "$file"; return; }
	done
}

# The files of an archive; fails where the release has none for that platform.
unpacked() { # PLATFORM
	local archive
	archive=$(archive_of "$1")
	[ -n "$archive" ] || return
	if [ ! -d "$work/sshpod-$version-$1" ]; then
		case $archive in
			*.zip) unzip -q "$archive" -d "$work" ;;
			*) tar -xzf "$archive" -C "$work" ;;
		esac
	fi
	echo "$work/sshpod-$version-$1"
}

# A template, filled: @VERSION@, @ADDRESS@, @HOST@, @DATE@, @SHA256:PLATFORM@, and what else the caller names.
fill() { # TEMPLATE [NAME=VALUE...]
	local template=$1 platform archive script named
	script="s|@VERSION@|$version|g; s|@ADDRESS@|$address|g; s|@HOST@|$host|g;"
	script+="s|@DATE@|$(date -R -d "@$SOURCE_DATE_EPOCH" 2>/dev/null || date -R -r "$SOURCE_DATE_EPOCH")|g;"
	shift
	for named; do script+="s|@${named%%=*}@|${named#*=}|g;"; done
	for platform in {linux,darwin,windows}-{amd64,arm64}; do
		archive=$(archive_of "$platform")
		[ -z "$archive" ] || script+="s|@SHA256:$platform@|$(sha256 "$archive" | cut -d ' ' -f 1)|g;"
	done
	sed "$script" "$here/templates/$template" >"$work/filled"
	! grep -nE '@[A-Z0-9]+[:@]' "$work/filled" >&2 || fail "$template: nothing is known for that"
	cat "$work/filled"
}

# What a package for Linux installs, below a root.
lay_out() { # FILES ROOT
	local share=$2/usr/share completion
	mkdir -p "$2/usr/bin"
	install -m 755 "$1/sshpod" "$2/usr/bin"
	mkdir -p "$share"/{man/man1,doc/sshpod,bash-completion/completions,fish/vendor_completions.d}
	gzip -9n <"$1/sshpod.1" >"$share/man/man1/sshpod.1.gz"
	install -m 644 "$1/sshpod.cdx.json" "$share/doc/sshpod/"
	for completion in bash:bash-completion/completions/sshpod fish:fish/vendor_completions.d/sshpod.fish; do
		sed "s|'@PROGRAM@'|/usr/bin/sshpod|g" "$root/src/Sshpod/Completion/completion.${completion%%:*}" >"$share/${completion#*:}"
	done
}

zsh_completion() { # FILE
	mkdir -p "$(dirname "$1")"
	{
		echo '#compdef sshpod'
		sed "s|'@PROGRAM@'|/usr/bin/sshpod|g" "$root/src/Sshpod/Completion/completion.zsh"
		echo '_sshpod "$@"'
	} >"$1"
}

make_deb() {
	local architecture from package
	for architecture in amd64 arm64; do
		from=$(unpacked linux-$architecture) || continue
		package=$work/deb-$architecture
		lay_out "$from" "$package"
		zsh_completion "$package/usr/share/zsh/vendor-completions/_sshpod"
		{ cat "$here/templates/deb/copyright" && sed 's/^$/./; s/^/ /' "$from/LICENSE" && echo && sed 's/^/# /' "$from/NOTICE"; } \
			>"$package/usr/share/doc/sshpod/copyright"
		fill deb/changelog | gzip -9n >"$package/usr/share/doc/sshpod/changelog.gz"
		mkdir -p "$package/usr/share/lintian/overrides"
		install -m 644 "$here/templates/deb/lintian-overrides" "$package/usr/share/lintian/overrides/sshpod"
		mkdir "$package/DEBIAN"
		{
			fill deb/control ARCHITECTURE=$architecture
			echo "Installed-Size: $(du -sk --exclude=DEBIAN "$package" | cut -f 1)"
		} >"$package/DEBIAN/control"
		(cd "$package" && find usr -type f | sort | xargs md5sum) >"$package/DEBIAN/md5sums"
		dpkg-deb --root-owner-group -Zxz -z2 --build "$package" "$files/sshpod_${version}_$architecture.deb" >&2
	done
}

make_rpm() {
	local architecture machine from
	for architecture in amd64 arm64; do
		from=$(unpacked linux-$architecture) || continue
		case $architecture in amd64) machine=x86_64 ;; *) machine=aarch64 ;; esac
		lay_out "$from" "$work/rpm-$architecture"
		zsh_completion "$work/rpm-$architecture/usr/share/zsh/site-functions/_sshpod"
		cp "$from/LICENSE" "$from/NOTICE" "$work/rpm-$architecture/usr/share/doc/sshpod/"
		fill sshpod.spec >"$work/sshpod.spec"
		rpmbuild -bb --quiet --target $machine-linux --define "_topdir $work/rpmbuild" --define "_rpmdir $work/rpms" \
			--define "_laid_out $work/rpm-$architecture" --define "_buildhost sshpod" --define "_dbpath $work/rpmdb" "$work/sshpod.spec" >&2
		mv "$work/rpms/$machine/"*.rpm "$files"
	done
}

# The names that Node.js and .NET have for a platform.
node_names() { # PLATFORM
	local system=${1%-*} architecture=${1#*-}
	case $system in windows) system=win32 ;; esac
	case $architecture in amd64) architecture=x64 ;; esac
	echo "$system $architecture"
}

runtime_identifier() { # PLATFORM
	local system=${1%-*} architecture=${1#*-}
	case $system in darwin) system=osx ;; windows) system=win ;; esac
	case $architecture in amd64) architecture=x64 ;; esac
	echo "$system-$architecture"
}

# npm packs it, with the modes that it wants: files of the same time in the same order.
npm_pack() { # DIRECTORY
	(cd "$files" && npm pack --silent --offline --ignore-scripts "$1" >&2)
}

make_npm() {
	local platform from system architecture package optional=''
	for platform in {linux,darwin,windows}-{amd64,arm64}; do
		from=$(unpacked "$platform") || continue
		read -r system architecture < <(node_names "$platform")
		package=$work/npm-$platform
		mkdir -p "$package/bin"
		cp "$from"/sshpod{,.exe} "$package/bin/" 2>/dev/null || true
		cp "$from/LICENSE" "$from/NOTICE" "$package"
		fill npm/platform.json "SYSTEM=$system" "CPU=$architecture" >"$package/package.json"
		npm_pack "$package"
		optional+="${optional:+,}\"sshpod-$system-$architecture\":\"$version\""
	done
	package=$work/npm
	mkdir -p "$package/man"
	cp "$here/templates/npm/sshpod.js" "$root/LICENSE" "$root/NOTICE" "$package"
	cp "$root/docs/sshpod.1" "$package/man"
	fill npm/package.json "OPTIONAL=$optional" >"$package/package.json"
	npm_pack "$package"
}

make_tool() {
	local platform from rid map=''
	for platform in {linux,darwin,windows}-{amd64,arm64}; do
		from=$(unpacked "$platform") || continue
		rid=$(runtime_identifier "$platform")
		map+="<RuntimeIdentifierPackage RuntimeIdentifier=\"$rid\" Id=\"sshpod.$rid\" />"
		nupkg "sshpod.$rid" DotnetToolRidPackage "tools/any/$rid" "$from" \
			"<Command Name=\"sshpod\" EntryPoint=\"$(cd "$from" && ls sshpod.exe 2>/dev/null || echo sshpod)\" Runner=\"executable\" />" ''
	done
	nupkg sshpod DotnetTool tools/any/any '' '<Command Name="sshpod" />' "<RuntimeIdentifierPackages>$map</RuntimeIdentifierPackages>"
}

# A package of NuGet is a zip file with a manifest.
nupkg() { # ID TYPE DIRECTORY FILES COMMAND MORE
	local package=$work/nupkg-$1 stamp
	mkdir -p "$package/$3" "$package/_rels"
	[ -z "$4" ] || cp "$4"/sshpod{,.exe} "$package/$3/" 2>/dev/null || true
	echo "<DotNetCliTool Version=\"2\"><Commands>$5</Commands>$6</DotNetCliTool>" >"$package/$3/DotnetToolSettings.xml"
	cp "$root/README.md" "$root/LICENSE" "$root/NOTICE" "$package"
	fill sshpod.nuspec "ID=$1" "TYPE=$2" >"$package/$1.nuspec"
	cp "$here/templates/content-types.xml" "$package/[Content_Types].xml"
	sed "s|@ID@|$1|" "$here/templates/rels.xml" >"$package/_rels/.rels"
	# BSD's touch and date take no seconds since the epoch in GNU's way.
	stamp=$(date -d "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M.%S 2>/dev/null || date -r "$SOURCE_DATE_EPOCH" +%Y%m%d%H%M.%S)
	find "$package" -exec touch -h -t "$stamp" {} +
	rm -f "$files/$1.$version.nupkg"
	(cd "$package" && find . -type f | sort | zip -X -q -@ "$files/$1.$version.nupkg")
}

make_manifests() {
	local manifest
	for manifest in "$here"/templates/manifests/*; do fill "manifests/${manifest##*/}" >"$files/${manifest##*/}"; done
}

for kind in "${kinds[@]}"; do "make_$kind"; done
