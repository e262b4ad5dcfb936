# shellcheck shell=sh disable=SC2012,SC2015,SC2030,SC2154,SC2317 # places.sh stands before it; ls is all that there is; others call what is here
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

# Whether nobody but root and us can exchange a directory on the way to it: each is root's or ours, and closed or sticky. In a volume of
# a container where nobody else can be, it may be open: an emptyDir is. The server's program looks again, with or without ls.
closed() (
	d=. q=$PWD
	set -- .
	while [ "${q%/}" ]; do
		d=$d/..
		set -- "$@" "$d"
		q=${q%/*}
	done
	! command -v ls >/dev/null || ls -ldn "$@" | (
		while read -r w _ q _; do
			case $q in 0 | "$u") ;; *) exit 1 ;; esac
			case $w:$v:$u in d????-??-*:*:* | d????????[tT]*:*:* | *:any:*) ;; *:1:0 | *::*) exit 1 ;; esac
		done
	)
)
