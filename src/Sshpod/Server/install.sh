# shellcheck shell=sh disable=SC2015,SC2031,SC2154,SC2317 # variables and functions are the probe's, and judge.sh's; `all` calls `try`
# Runs in the container where the bundle is missing: the probe evaluates it, having read it from stdin; the bundle follows on the same stdin.
# Needs only sh, cat, mkdir, chmod, mv and rm. Variables are the probe's; the client sets `form`, `sha256` and `room` in lines before this,
# and makes a command `bytes` that prints the bundle.
# form: gzip, plain, or the name of a file that an earlier run has put there and the client has read back and found right.
LC_ALL=C access=$e mask=$(umask)
umask 077
# Nothing is written into a file that is there already.
set -C
file='' why=''

# One line for the client: what failed, then what the tool said about it.
fail() {
	[ -z "$file" ] || rm -f "./$file"
	w="error $*"
	while :; do case $w in *"$n"*) w="${w%%"$n"*} ${w#*"$n"}" ;; *) break ;; esac; done
	echo "$w"
	# Whoever exits while the client still sends may lose what was said (kubernetes#60140).
	cat >/dev/null
	exit 1
}

# Whether this directory is ours; then nobody else can write to it any more.
take() {
	ours || { echo "$PWD belongs to another user" && return 1; }
	chmod 711 . && mine . || { echo "$PWD belongs to another user, or is open to others" && return 1; }
}

# Makes $1 in this directory, and enters it.
descend() {
	p=${PWD%/}/$1
	# Another connection may make it at the same moment: who then went on to the next place would start a second server, with another host key.
	[ -d "./$1" ] || [ -L "./$1" ] || mkdir "./$1" 2>/dev/null || [ -d "./$1" ] || mkdir "./$1" || return
	into "./$1" && [ "$PWD" = "$p" ] || { echo "$p belongs to another user" && return 1; }
	take
}

# Makes our directories in $1, or says why not and leaves no trace.
prepare() (
	[ -d "$1" ] || { echo "$1 does not exist" && exit 1; }
	into "$1" || exit
	w=${PWD%/} d=''
	kind "$w" || { echo "shared $w ${q:-/}" && exit 1; }
	case $b$(options "$w") in
	*,noexec,*) echo "$1 does not allow execution" && exit 1 ;;
	,tmpfs,*) echo later && exit 1 ;;
	esac
	! small || { echo "$w" && exit 1; }
	w=${PWD%/}
	closed || { echo "open $w" && exit 1; }
	[ -d ./sshpod ] || d=1
	# An empty file is an empty script; 126 is what a shell says where nothing may be executed.
	x=./try.$c.$$
	descend sshpod && descend "$r" && rm -f "$x" && : >"$x" && chmod 700 "$x" && { "$x" || [ $? != 126 ]; }
	e=$?
	[ ! -e "$x" ] || rm -f "$x"
	# rmdir alone: whatever stands there now, it removes nothing that has something in it.
	[ "$e" = 0 ] || [ -z "$d" ] || rmdir "$w/sshpod/$r" "$w/sshpod" 2>/dev/null
	exit "$e"
)

# Enters the first place that will do; of those that will not, the first reason is told, or one that somebody can change by a setting.
# Which are in memory is noted in `late`.
try() {
	[ -z "$place" ] || return
	if w=$(prepare "$1" 2>&1); then
		enter "$1" "$r" && mine . && place=${p:-/} && return
		w="$1 was exchanged meanwhile"
	fi
	[ "$w" != later ] || { late="$late$1 " && return; }
	case $why in
	shared* | open* | small* | full*) ;;
	*) case $w in shared* | open* | small* | full*) why=$w ;; *) why=${why:-$w} ;; esac ;;
	esac
}

case $form in
gzip | plain)
	place=''
	seek
	[ -n "$place" ] || fail directory "$why"
	# Names that no second upload at the same moment shares, be it from another container with the same volume.
	file=upload.$c.$$
	rm -f "./$file"
	if [ "$form" = gzip ]; then
		w=$( (bytes | gzip -dc >"./$file") 2>&1) || fail upload "$PWD: $w"
	else
		w=$( (bytes >"./$file") 2>&1) || fail upload "$PWD: $w"
	fi
	digest() { sha256sum "$1" || openssl dgst -sha256 -r "$1" || shasum -a 256 "$1" || busybox sha256sum "$1"; }
	h=$(digest "./$file" 2>/dev/null)
	h=${h%% *}
	if [ ${#h} != 64 ]; then
		# Nothing here can hash: the client reads the file back, and comes again with its name.
		echo "verify $PWD/$file"
		cat "./$file"
		exit
	fi
	[ "$h" = "$sha256" ] || fail corrupt
	;;
*)
	file=${form##*/} q=${form%/sshpod/*}
	enter "${q:-/}" "$r" && mine . "./$file" || { file='' && fail corrupt; }
	place=$p
	;;
esac

w=$(chmod 700 "./$file" 2>&1 && mv -f "./$file" ./sshd 2>&1) || fail upload "$PWD: $w"
file=''
w=$(SSHPOD_PRIVATE=$v ./sshd place 2>&1)
e=$?
case $w in
"error place "*)
	rm -f ./sshd
	rmdir "$PWD" "${PWD%/*}" 2>/dev/null
	# The client comes again for another.
	fail place "${place:-/} ${w#error place }"
	;;
esac
[ "$e" -le 1 ] || fail start "$PWD/sshd ended with $e"
[ -z "$f" ] || SSHPOD_PRIVATE=$v ./sshd down "$c" >/dev/null
if [ "$i" = session ]; then
	# This stream may have ended for the client: the session is on another.
	echo installed
	cat >/dev/null
	exit
fi
echo "program $PWD/sshd"
# Sessions get the container's.
umask "$mask"
h=$(SSHPOD_PRIVATE=$v SSHPOD_ENVIRON=/proc/$$/environ ./sshd up "$c" "$i" "$access" "$o" "$k")
e=$?
[ "$e" -le 1 ] || fail start "$PWD/sshd ended with $e"
# See the probe.
case $h in start*) export SSHPOD_PRIVATE="$v" SSHPOD_ENVIRON="${h#* }" && exec ./sshd serve "$c" "$i" "$access" "$o" "$k" ;; esac
echo "$h"
cat >/dev/null
exit "$e"
