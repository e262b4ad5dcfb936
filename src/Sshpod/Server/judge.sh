# shellcheck shell=sh disable=SC2012,SC2015,SC2034,SC2086,SC2154,SC2317 # places.sh and closed.sh stand before it; others call what is here
# Whether the server could be put into the directory that we are in. Stands before install.sh and examine.sh.

# Type and options of the mount that $1 is on: the last of those with the longest name.
options() {
	k=0 o=''
	while read -r _ q y w _; do
		case $1/ in "${q%/}"/*) [ ${#q} -lt "$k" ] || k=${#q} o=$y,$w ;; esac
	done </proc/self/mounts
	echo ",$o,"
}

# Whether there is too little room here, `room` being what is needed in KiB: w says why. q is the volume's, as `kind` has left it. Where
# nothing tells what is free, an upload that does not fit is removed again.
small() {
	case $t in *" <${q:-/} "*) w="small ${PWD%/} ${q:-/}" && return ;; esac
	w=$(df -Pk . 2>/dev/null)
	w=${w##*"$n"}
	# Before the first percentage: total, used, free, and that. What has no total, such as some FUSE file systems, says nothing.
	set -- ${w%%%*}
	while [ $# -gt 4 ]; do shift; done
	case ${1:-0}:${3:-?} in
	0:*) return 1 ;;
	[0-9]*:-[0-9]*) set -- 1 0 0 ;;
	*[!0-9:]* | *:*:*) return 1 ;;
	esac
	[ ${#3} -lt 12 ] && [ "$3" -lt "$room" ] || return
	w="full ${PWD%/} $3"
}

# Whether it belongs to us.
ours() { if command -v ls >/dev/null; then ls -ldn . | (read -r _ _ q _ && [ "$q" = "$u" ]); else [ -O . ]; fi; }

# Tries all places, but those in memory (b is set then) only when no other will do: what is there counts against the container's limit.
late='' b=''
seek() {
	all "$l$m"
	b=1
	all "$late"
}
