#!/usr/bin/env bash
# Packs a directory for a release: NAME.zip for Windows, else NAME.tar.gz. The same files give the same archive, whatever the folder, the
# clock and the umask.
#   pack.sh NAME EPOCH     in the directory that has NAME; EPOCH becomes the time of every file
set -euo pipefail
export LC_ALL=C TZ=UTC
name=$1 epoch=$2

chmod -R u=rwX,go=rX "$name"
# BSD's touch and date take no seconds since the epoch in GNU's way.
stamp=$(date -d "@$epoch" +%Y%m%d%H%M.%S 2>/dev/null || date -r "$epoch" +%Y%m%d%H%M.%S)
find "$name" -exec touch -h -t "$stamp" {} +

case $name in
	*-windows-*)
		rm -f "$name.zip"
		if command -v zip >/dev/null; then
			# -X: without access times and UIDs.
			find "$name" | sort | zip -X -q -@ "$name.zip"
		elif tar --version | grep -q bsdtar; then
			# The tar of Windows and macOS writes zip files. GNU's would write a tar of that name.
			tar -a -cf "$name.zip" "$name"
		else
			echo "pack: zip is missing, and this tar writes no zip files: install zip" >&2
			exit 1
		fi
		;;
	*)
		options=(--format=ustar)
		if tar --version | grep -q GNU; then
			options+=(--sort=name --owner=0 --group=0 --numeric-owner)
		else
			options+=(--uid 0 --gid 0 --uname '' --gname '')
		fi
		tar "${options[@]}" -cf - "$name" | gzip -9n >"$name.tar.gz"
		;;
esac
