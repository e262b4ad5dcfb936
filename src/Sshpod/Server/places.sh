# shellcheck shell=sh disable=SC2012,SC2015,SC2034 # the scripts that follow use the variables; ls is all that there is
# Stands before each of our scripts in the container: which directories they look at, and whose these are. It travels in a URL: short.
# $1 release of the bundle, $2 container ID, $3 hashes of the bundles, each between commas; then the script's own arguments; then volumes
# (Places.cs): `-PATH` where a container of our UID may be at work, `=PATH` where others may be, `+PATH` where nobody is. What is not named is
# the container's own. `any` for who trusts all of them (shared-places: allow).
#
# A path is looked up once: `cd -P`, and what is there is judged as `.`, `..` and names below it. PWD is then the kernel's word for where we are, so
# that neither a link nor a `..` has led elsewhere. An attacker of another UID who can write above may put another directory of OURS into our
# place: it is used only if nobody else can write to it, and so has nothing of his; all that he gains is where our files are. Whether he
# could exchange directories at all is for the server's own program to say, of the directory it was started in (`sshd place`).
echo sshpod-bootstrap
set -f
r=$1 c=$2 a=$3 t=' ' u='' m='' g=1 n='
'
shift 3
while read -r p _ q _; do [ "$p" != Uid: ] || u=$q; done </proc/self/status

# A volume is known by where the kernel has mounted it: a path of the pod's specification may lead there by links.
volumes() {
	for p; do
		[ "$p" != any ] || g=any
		cd -P "${p#?}" 2>/dev/null || continue
		case $PWD in *[!A-Za-z0-9/._-]*) ;; *) t="$t${p%"${p#?}"}$PWD " ;; esac
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
enter() { cd -P "$1" 2>/dev/null && p=${PWD%/} && kind "$p" && cd -P "./sshpod/$2" 2>/dev/null && [ "$PWD" = "$p/sshpod${2:+/$2}" ]; }

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
