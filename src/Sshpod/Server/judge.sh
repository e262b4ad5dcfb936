# shellcheck shell=sh disable=SC2012,SC2015,SC2034,SC2086,SC2154,SC2317 # places.sh and closed.sh stand before it; others call what is here
# Whether the server could be put into the directory that we are in. Stands before install.sh and examine.sh.

# Prints the type and the options of the mount that $1 is on: the last of those with the longest name.
options() {
	longest=0 best=''
	while read -r _ path type flags _; do
		case $1/ in "${path%/}"/*) [ ${#path} -lt "$longest" ] || longest=${#path} best=$type,$flags ;; esac
	done </proc/self/mounts
	echo ",$best,"
}

# Whether there is too little room here; `room` is what is needed, in KiB, and `usable` has set `mount`. Sets `why`. Where nothing can tell
# what is free, an upload that does not fit is removed again.
small() {
	case $marks in *" <${mount:-/} "*) why="small ${PWD%/} ${mount:-/}" && return ;; esac
	free=$(df -Pk . 2>/dev/null)
	free=${free##*"$nl"}
	# Total, used and free stand before the first percentage. A file system without a total, such as some of FUSE, tells nothing.
	set -- ${free%%%*}
	while [ $# -gt 4 ]; do shift; done
	case ${1:-0}:${3:-?} in
	0:*) return 1 ;;
	[0-9]*:-[0-9]*) set -- 1 0 0 ;;
	*[!0-9:]* | *:*:*) return 1 ;;
	esac
	[ ${#3} -lt 12 ] && [ "$3" -lt "$room" ] || return
	why="full ${PWD%/} $3"
}

# Whether this directory belongs to us.
ours() { if command -v ls >/dev/null; then ls -ldn . | (read -r _ _ owner _ && [ "$owner" = "$uid" ]); else [ -O . ]; fi; }

# Calls `try` with all places. Those in memory count against the container's limit: `try` puts them into `late`, and they come again, with
# `last` set, in case that no other will do.
late='' last=''
seek() {
	each "$usual$mounts"
	last=1
	each "$late"
}
