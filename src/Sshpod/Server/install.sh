# shellcheck shell=sh disable=SC2015,SC2031,SC2154,SC2317 # variables and functions are the probe's, and judge.sh's; `each` calls `try`
# Runs in the container where the bundle is missing, over stdin (load.sh), with the functions and variables of the probe; the bundle follows
# on the same stdin. Needs only sh, cat, mkdir, chmod, mv and rm. The client sets `form`, `sha256` and `room` in lines before this, and
# defines a command `bytes` that prints the bundle. Where a helper lends the shell, the bundle is there too, and `bytes` needs no stdin.
# form: gzip, plain, or the name of a file that an earlier run has put there and the client has read back and found right.
LC_ALL=C session=$i fresh=$f mask=$(umask)
umask 077
# Never write into a file that exists.
set -C
file='' reason=''

# One line for the client: what failed, then what the tool said about it.
fail() {
	[ -z "$file" ] || rm -f "./$file"
	# The helper has ended under our hands: the client comes again.
	[ -z "$lent" ] || [ -e "$lent/sh" ] || set -- corrupt
	[ "$session" != stage ] || stage_left
	line="error $*"
	while :; do case $line in *"$nl"*) line="${line%%"$nl"*} ${line#*"$nl"}" ;; *) break ;; esac; done
	echo "$line"
	# If we exit while the client is still sending, what we said may be lost (kubernetes#60140).
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
	path=${PWD%/}/$1
	# Another connection may make it at the same moment. A failure would lead us to the next place, and to a second server with another host
	# key.
	[ -d "./$1" ] || [ -L "./$1" ] || mkdir "./$1" 2>/dev/null || [ -d "./$1" ] || mkdir "./$1" || return
	into "./$1" && [ "$PWD" = "$path" ] || { echo "$path belongs to another user" && return 1; }
	take
}

# Makes our directories in $1, or says why not and leaves no trace.
prepare() (
	[ -d "$1" ] || { echo "$1 does not exist" && exit 1; }
	into "$1" || exit
	here=${PWD%/} created=''
	case $last$(options "$here") in
	*,ro,*) echo "$1 is read-only" && exit 1 ;;
	*,noexec,*) echo "$1 does not allow execution" && exit 1 ;;
	,tmpfs,*) echo later && exit 1 ;;
	esac
	usable "$here" || { echo "shared $here ${mount:-/}" && exit 1; }
	! small || { echo "$why" && exit 1; }
	closed || { echo "open $here" && exit 1; }
	[ -d "./$own" ] || created=1
	# An empty file is an empty script; a shell says 126 where nothing may be executed.
	probe=./try.$container.$$
	descend "$own" && descend "$release" && rm -f "$probe" && : >"$probe" && chmod 700 "$probe" && { "$probe" || [ $? != 126 ]; }
	status=$?
	[ ! -e "$probe" ] || rm -f "$probe"
	# Only rmdir: whatever stands there now, it removes nothing that has something in it.
	[ "$status" = 0 ] || [ -z "$created" ] || rmdir "$here/$own/$release" "$here/$own" 2>/dev/null
	exit "$status"
)

# Enters the first place that will do. Of the reasons why others will not, keeps the first that somebody can change by a setting, or else
# the first. Notes in `late` which places are in memory.
try() {
	[ -z "$place" ] || return
	if said=$(prepare "$1" 2>&1); then
		enter "$1" "$release" && mine . && place=${base:-/} && return
		said="$1 was replaced meanwhile"
	fi
	[ "$said" != later ] || { late="$late$1 " && return; }
	case $reason in
	shared* | open* | small* | full*) ;;
	*) case $said in shared* | open* | small* | full*) reason=$said ;; *) reason=${reason:-$said} ;; esac ;;
	esac
}

# Brings our shell here too, and its tools: links that are right wherever this directory is seen from. `sh` comes last, and tells that all
# are there.
tools() {
	umask 022
	tool=upload.$container.$$.tools
	"$lent/busybox" cp "$lent/busybox" "./$tool" && chmod 755 "./$tool" && mv -f "./$tool" ./busybox && "$lent/busybox" mkdir -p ./bin &&
		"$lent/busybox" cp -af "$lent/bin/." ./bin && "$lent/busybox" ln -sf busybox ./sh || [ -x ./sh ]
}

case $form in
gzip | plain)
	place=''
	# The shell is half as large as the server, and there twice while it is replaced.
	[ -z "$lent" ] || room=$((room + 1500))
	if [ "$session" = stage ]; then
		stage_begin
		last=1
		try /tmp
	else
		seek
	fi
	case $place$lent in
	/proc/*) enter "$lent" && mine . ./sshd && known && form=staged || fail corrupt ;;
	"$lent") fail directory "$reason" ;;
	esac
	;;
esac

case $form in
staged)
	# Here the helper stays, and the next connection finds the server by its state.
	said=$({ : >|"$lent/../live" && mkdir -p "./$container"; } 2>&1) || fail upload "$PWD: $said"
	place=/
	;;
gzip | plain)
	# Two uploads at the same moment must not share a name, even from two containers with the same volume.
	file=upload.$container.$$
	rm -f "./$file"
	if [ "$form" = gzip ]; then
		said=$( (bytes | gzip -dc >"./$file") 2>&1) || fail upload "$PWD: $said"
	else
		said=$( (bytes >"./$file") 2>&1) || fail upload "$PWD: $said"
	fi
	digest() { sha256sum "$1" || openssl dgst -sha256 -r "$1" || shasum -a 256 "$1" || busybox sha256sum "$1"; }
	hash=$(digest "./$file" 2>/dev/null)
	hash=${hash%% *}
	if [ ${#hash} != 64 ]; then
		# Nothing here can hash: the client reads the file back, and comes again with its name.
		echo "verify $PWD/$file"
		cat "./$file"
		exit
	fi
	[ "$hash" = "$sha256" ] || fail corrupt
	;;
*)
	file=${form##*/} place=${form%/*/*/*}
	enter "${place:-/}" "$release" && mine . "./$file" || { file='' && fail corrupt; }
	place=$base
	;;
esac

[ "$session" != stage ] || stage
if [ "$form" != staged ]; then
	[ -z "$lent" ] || [ "$lent" = "$PWD" ] || said=$( (tools) 2>&1) || fail upload "$PWD: $said"
	said=$(chmod 700 "./$file" 2>&1 && mv -f "./$file" ./sshd 2>&1) || fail upload "$PWD: $said"
	file=''
fi
said=$(run place 2>&1)
status=$?
case $said in
"error place "*)
	[ "$form" != staged ] || fail directory "${said#error place }"
	rm -rf ./sshd ./bin ./sh ./busybox
	rmdir "$PWD" 2>/dev/null
	# As in clean.sh.
	[ -n "$lent" ] || rmdir "${PWD%/*}" 2>/dev/null
	# The client comes again for another.
	fail place "${place:-/} ${said#error place }"
	;;
esac
[ "$status" -le 1 ] || fail start "$PWD/sshd ended with $status"
[ -z "$fresh" ] || run down "$container" >/dev/null
if [ "$session" = session ]; then
	# This stream may have ended for the client: the session comes on another.
	echo installed
	cat >/dev/null
	exit
fi
echo "program $PWD/sshd"
# Sessions get the container's.
umask "$mask"
up
status=$?
[ "$status" -le 1 ] || fail start "$PWD/sshd ended with $status"
serve
cat >/dev/null
exit "$status"
