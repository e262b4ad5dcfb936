# shellcheck shell=sh disable=SC2015,SC2034,SC2086,SC2154,SC2317 # places.sh stands before it; install.sh uses more of the variables
# Runs in the container as `sh -c`, at every connection: starts the server that is there, or says what is missing, and does what it is then
# told (load.sh). It travels in the URL of the exec request, so it is short, and its own variables have one letter. Needs only sh and uname,
# and ls or a test that knows -O.
# After the arguments of places.sh: $1 idle seconds, or `session` for one over this stream, or `stage` in a helper, which gets the files
# alone (stage.sh), $2 public key of the client, $3 `fresh` when the server that is there does not answer, $4 seconds for which the key may
# log in, $5 options of the server's program; then, where the shell is ours, its directory, which places.sh finds in PATH.
i=$1 k=$2 f=$3 e=$4 o=$5 s=''
shift 5
case $1 in /*) shift; esac
volumes "$@"

# Sets h to the answer of `sshd up`. The status 0 or 1 is its own; any other means that it could not even run.
up() { h=$(run up $container $i $e $o "$k"); }

# Says that answer; or, where it is `start`, becomes the server. What the runtime has started, it reaps; the container's first process may
# reap nothing.
serve() {
	case $h in start*) export SSHPOD_PRIVATE="$private" SSHPOD_ENVIRON="${h#* }" && exec ./sshd serve $container $i $e $o "$k"; esac
	echo "$h"
}

# Starts the server of $1, if it has one.
try() {
	enter "$1" "$release" && [ -x ./sshd ] && mine . ./sshd || return
	# A damaged file is uploaded again, and its server started again. Where nothing can hash, damage shows when it does not run or answer.
	known || { f=fresh && return; }
	[ -z "$f" ] || run down $container >/dev/null
	if [ $i = session ]; then
		# Finds out now if it cannot even run: afterwards this stream is the client's, and no script can come on it.
		h=$(run place 2>/dev/null)
		case $h in ok) ;; error*) return ;; *) f=fresh && return; esac
		echo "program $PWD/sshd"
		run session $container $e $o "$k"
		e=$?
		[ $e != 1 ] || read -r _
		exit $e
	fi
	up
	p=$?
	case $h in "error place"*) return; esac
	[ $p -gt 1 ] || {
		echo "program $PWD/sshd"
		# The answer may be lost when its process has ended (kubernetes#60140), so it waits until the client ends.
		serve && read -r _
		exit
	}
	f=fresh
}
[ $i = stage ] || {
	each "$usual"
	mounts
	each "$mounts"
	# The server of a helper only where it runs already: what is copied outlasts the helper.
	[ ! -d "$lent/../$container" ] || try "$lent/.."
}
# Also tells what can count bytes: not every stream can tell where it ends.
cd /
echo need "$(uname -m)" "$(command -v gzip)" "$({ echo h | head -c 1; echo d | dd ibs=1 count=1; } 2>/dev/null)"
