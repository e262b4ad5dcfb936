# shellcheck shell=sh disable=SC2012,SC2015,SC2034 # the scripts that follow use the variables; ls is all that there is
# Stands before each of our scripts in the container: which directories they look at, and whose these are. It travels in a URL: short.
# $1 release of the bundle, $2 container ID, $3 hashes of the bundles, each between commas; then the script's own arguments; then volumes
# (Places.cs): `-PATH` where a container of our UID may be at work, `=PATH` where others may be, `+PATH` where nobody is. What is not named is
# the container's own. `any` for who trusts all of them (shared-places: allow). Besides, `<PATH` where there is too little room for us.
#
# A path is looked up once, by `into`, and what is there is judged as `.`, `..` and names below it. PWD is then the kernel's word for where we are, so
# that neither a link nor a `..` has led elsewhere: bash works PWD out before it goes, so we go once more, to where we are. An attacker of another UID who can write above may put another directory of OURS into our
# place: it is used only if nobody else can write to it, and so has nothing of his; all that he gains is where our files are. Whether he
# could exchange directories at all is for the server's own program to say, of the directory it was started in (`sshd place`).
echo sshpod-bootstrap
set -f
r=$1 c=$2 a=$3 t=' ' u='' m='' g=1 n='
'
shift 3
# We work in directories in which others may have put an `ls`. What the session gets is not this PATH.
CDPATH='' q=$PATH: y=''
while [ -n "$q" ]; do
	case $q in /*) y=$y${y:+:}${q%%:*} ;; esac
	q=${q#*:}
done
PATH=$y${y:+:}/usr/bin:/bin
while read -r p _ q _; do [ "$p" != Uid: ] || u=$q; done </proc/self/status

into() { cd -P "$1" 2>/dev/null && cd -P /proc/self/cwd || return; }

# A volume is known by where the kernel has mounted it: a path of the pod's specification may lead there by links. Others on a volume can
# close it while we look; then it is where its name stands, or, where nobody can say, everywhere.
volumes() {
	for p; do
		q=${p#?}
		y=${p%"$q"}
		[ "$p" != any ] || { g=any && continue; }
		if into "$q"; then
			q=$PWD
		elif [ "$y" = + ] || [ "$y" = "<" ]; then
			continue
		elif into "${q%/*}/" && [ ! -L "./${q##*/}" ]; then
			q=${PWD%/}/${q##*/}
		else
			y=- q=/
		fi
		case $q in *[!A-Za-z0-9/._-]*) [ "$y" = + ] || [ "$y" = "<" ] || t="$t-/ " ;; *) t="$t$y$q " ;; esac
	done
}

# Whether the volume of $1 may be used; q is where it is mounted, v is set where nobody else is there.
kind() {
	q=$1 v=$g
	while :; do
		case $t in *" -${q:-/} "*) return 1 ;; *" =$q "*) v='' && return 0 ;; *" +$q "*) return 0 ;; esac
		[ -n "$q" ] || return 0
		q=${q%/*}
	done
}

# Whether these are ours, closed to others, and no links. `.` is the first; of the second, w is the hash, where something can hash. Without ls, a
# test that knows -O does. One process for each tool, and none beside them: this is on the way of every connection.
mine() {
	w=$({ ls -ldn "$@"; [ $# = 1 ] || sha256sum "$2"; } 2>/dev/null)
	if command -v ls >/dev/null; then
		for q; do
			y=${w%%"$n"*}
			w=${w#"$y"}
			w=${w#"$n"}
			case $y in [d-]????-??-*) ;; *) return 1 ;; esac
			y=${y#* }
			y=${y#"${y%%[! ]*}"}
			y=${y#* }
			y=${y#"${y%%[! ]*}"}
			[ "${y%% *}" = "$u" ] || return
		done
	else
		[ -O . ] && chmod 711 . || return
		for q; do [ -O "$q" ] && [ ! -L "$q" ] || return; done
	fi
	w=${w%% *}
}

# Enters $1/sshpod, and the directory $2 in it.
enter() { into "$1" && p=${PWD%/} && kind "$p" && into "./sshpod/$2" && [ "$PWD" = "$p/sshpod${2:+/$2}" ]; }

# Tries these directories, each with a blank behind it.
all() {
	x=$1
	while [ -n "$x" ]; do
		try "${x%% *}"
		x=${x#* }
	done
}

# All mounts that could do: a volume may be all that there is.
mounts() {
	while read -r _ p _ y _; do
		case $p in /proc* | /sys* | /dev* | *[!A-Za-z0-9/._-]*) continue ;; esac
		case ,$y, in *,ro,*) ;; *) m="$m$p " ;; esac
	done </proc/self/mounts
}
l='/tmp /var/tmp /run /dev/shm '
