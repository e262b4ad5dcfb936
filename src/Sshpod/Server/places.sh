# shellcheck shell=sh disable=SC2012,SC2015,SC2034,SC2086,SC2164 # the scripts that follow use the variables; ls is all that there is
# Stands before each of our scripts in the container: which directories they look at, and whose these are. It travels in a URL, so it is
# short: load.sh brings the rest of a script over stdin, except probe.sh.
#
# $1 release of the bundle, $2 container ID, $3 hashes of the bundles, each between commas; then the script's own arguments; then volumes
# (Places.cs): `-PATH` where a container of our UID may be at work, `=PATH` where others may be, `+PATH` where nobody is, `<PATH` where
# there is too little room for us. What is not named is the container's own. `any`: the user trusts all of them (shared-places: allow).
#
# A container without a shell has ours lent, with its tools, which are the last in PATH. They may be in a helper, whose processes this
# container shares: /proc/PID/root/tmp/sshpod/RELEASE/bin.
#
# `into` looks a path up once, and what is there is judged as `.`, `..` and names below it. PWD is then the path that the kernel gives, so
# that no link and no `..` can have led elsewhere: bash works PWD out before it goes, so we go once more, to where we are. An attacker of
# another UID who can write above may put another directory of OURS into our place. We use it only if nobody else can write to it, so it has
# nothing of the attacker's, who only gains a say in where our files are. Whether an attacker could exchange directories at all is for the
# server's own program to judge, by the directory that it was started in (`sshd place`).
echo sshpod-bootstrap
set -f
release=$1 container=$2 hashes=$3 marks=' ' uid='' mounts='' default=1 program=./sshd nl='
'
shift 3
# We work in directories in which others may have put an `ls`. Sessions do not get this PATH.
CDPATH='' rest=$PATH: safe='' lent=${PATH##*:}
while [ -n "$rest" ]; do
	case $rest in /*) safe=$safe${safe:+:}${rest%%:*}; esac
	rest=${rest#*:}
done
PATH=$safe${safe:+:}/usr/bin:/bin
while read -r name _ id _; do [ "$name" != Uid: ] || uid=$id; done </proc/self/status

into() { cd -P "$1" 2>/dev/null && cd -P /proc/self/cwd || return; }

# A volume is known by where the kernel has mounted it: a path of the pod's specification may lead there by links. Others on a volume can
# close it while we look. Then it is where its name stands, or, if we cannot tell, everywhere.
volumes() {
	for path; do
		mark=${path%"${path#?}"}
		path=${path#?}
		[ "$mark$path" != any ] || { default=any && continue; }
		if into "$path"; then
			path=$PWD
		elif [ "$mark" = + ] || [ "$mark" = "<" ]; then
			continue
		elif into "${path%/*}/" && [ ! -L "./${path##*/}" ]; then
			path=${PWD%/}/${path##*/}
		else
			mark=- path=/
		fi
		case $path in *[!A-Za-z0-9/._-]*) [ "$mark" = + ] || [ "$mark" = "<" ] || marks="$marks-/ " ;; *) marks="$marks$mark$path " ;; esac
	done
}

# Whether the volume that $1 is on may be used. Sets `mount` to where it is mounted, `private` where nobody else is, and `own` to the name
# of our directory there: containers of several users may each have one.
usable() {
	mount=$1 private=$default own=sshpod
	while :; do
		case $marks in *" -${mount:-/} "*) return 1 ;; *" =$mount "*) private='' own=sshpod-$uid && return 0 ;; *" +$mount "*) return 0 ;; esac
		[ -n "$mount" ] || return 0
		mount=${mount%/*}
	done
}

# Whether these are ours, closed to others, and no links. `.` is the first. Sets `hash` to that of the second, if anything can hash. Without
# ls, a test that knows -O does. Each tool is one process, and there is no other: this is on the way of every connection.
mine() {
	hash=$({ ls -ldn "$@"; [ $# = 1 ] || sha256sum "$2"; } 2>/dev/null)
	if command -v ls >/dev/null; then
		for line; do
			line=${hash%%"$nl"*}
			hash=${hash#"$line"}
			hash=${hash#"$nl"}
			set -- $line
			case $1:$3 in [d-]????-??-*:"$uid") ;; *) return 1 ;; esac
		done
	else
		[ -O . ] && chmod 711 . || return
		for line; do [ -O "$line" ] && [ ! -L "$line" ] || return; done
	fi
	hash=${hash%% *}
}

# Whether the program with the hash that `mine` found is of this client's bundle. It counts as such where nothing can hash.
known() { case $hashes in *,"$hash",*) ;; *) [ -z "$hash" ] ;; esac }

# Runs the server's program in the place that `enter` has found. It gives sessions what this shell was started with.
run() { SSHPOD_PRIVATE=$private SSHPOD_ENVIRON=/proc/$$/environ "$program" "$@"; }

# Enters our directory in $1, and the directory $2 in it. Sets `base` to the path of $1. In a helper, $1 is all: the kernel knows no path.
enter() {
	case $1 in /proc/*) cd "$1"; return; esac
	into "$1" && base=${PWD%/} && usable "$base" && into "./$own/$2" && [ "$PWD" = "$base/$own${2:+/$2}" ]
}

# Calls `try` with each of these directories. A blank stands behind each.
each() {
	rest=$1
	while [ -n "$rest" ]; do
		try "${rest%% *}"
		rest=${rest#* }
	done
}

# Sets `mounts` to all that could do: a volume may be the only place.
mounts() {
	while read -r _ path _ options _; do
		case $path in /proc* | /sys* | /dev* | *[!A-Za-z0-9/._-]*) continue ;; esac
		case ,$options, in *,ro,*) ;; *) mounts="$mounts$path " ;; esac
	done </proc/self/mounts
}
usual='/tmp /var/tmp /run /dev/shm '
