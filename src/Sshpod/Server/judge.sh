# shellcheck shell=sh disable=SC2012,SC2154,SC2317 # places.sh and closed.sh stand before it; ls is all that there is; others call what is here
# Whether the server could be put into the directory that we are in. Stands before install.sh and examine.sh.

# Options of the mount that $1 is on: the last of those with the longest name.
options() {
	k=0 o=''
	while read -r _ q _ w _; do
		case $1/ in "${q%/}"/*) [ ${#q} -lt "$k" ] || k=${#q} o=$w ;; esac
	done </proc/self/mounts
	echo ",$o,"
}

# Whether it belongs to us.
ours() { if command -v ls >/dev/null; then ls -ldn . | (read -r _ _ q _ && [ "$q" = "$u" ]); else [ -O . ]; fi; }
