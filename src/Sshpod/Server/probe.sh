# shellcheck shell=sh disable=SC2015,SC2034,SC2154,SC2317 # places.sh stands before it; install.sh uses more of the variables
# Runs in the container as `sh -c`, at every connection: starts the server that is there, or says what is missing and does what it is then told.
# It travels in the URL of the exec request, so it is short. Needs only sh and uname, and ls or a test that knows -O.
# After those of places.sh: $1 idle seconds, or `session` for one over this stream, $2 public key of the client, $3 `fresh` when the server that
# is there does not answer, $4 seconds for which the key may log in, $5 options of the server's program.
i=$1 k=$2 f=$3 e=$4 o=$5 s=''
shift 5
volumes "$@"
# Starts the server of $1, if it has one.
try() {
	enter "$1" "$r" && [ -x ./sshd ] && mine . ./sshd || return
	# A damaged file is put there anew, and its server with it. Where nothing can hash, it shows when it does not run or answer.
	case $a in *,"$w",*) ;; *) [ -z "$w" ] || { f=fresh && return; } ;; esac
	[ -z "$f" ] || SSHPOD_PRIVATE=$v ./sshd down "$c" >/dev/null
	# Sessions get what this shell was started with, not what it has made of it.
	if [ "$i" = session ]; then
		# What cannot even run is found out before: afterwards this stream is the client's, and no script comes on it.
		h=$(SSHPOD_PRIVATE=$v ./sshd place 2>/dev/null)
		case $h in ok) ;; error*) return ;; *) f=fresh && return ;; esac
		echo "program $PWD/sshd"
		SSHPOD_PRIVATE=$v SSHPOD_ENVIRON=/proc/$$/environ ./sshd session "$c" "$e" "$o" "$k"
		e=$?
		[ "$e" != 1 ] || read -r _
		exit "$e"
	fi
	h=$(SSHPOD_PRIVATE=$v SSHPOD_ENVIRON=/proc/$$/environ ./sshd up "$c" "$i" "$e" "$o" "$k")
	p=$?
	case $h in "error place"*) return ;; esac
	# 0 and 1 are its own answers; anything else means that it could not even run.
	# The answer may be lost when nobody runs any more who said it (kubernetes#60140): it waits for the client to end.
	[ "$p" -gt 1 ] || {
		echo "program $PWD/sshd"
		# Whatever the runtime has started, it reaps; the container's first process may reap nobody. So this process becomes the server.
		case $h in start*) export SSHPOD_PRIVATE="$v" SSHPOD_ENVIRON="${h#* }" && exec ./sshd serve "$c" "$i" "$e" "$o" "$k" ;; esac
		echo "$h" && read -r _
		exit
	}
	f=fresh
}
all "$l"
mounts
all "$m"
# What can count bytes: not every stream has an end of its own.
cd /
echo need "$(uname -m)" "$(command -v gzip)" "$({ echo h | head -c 1; echo d | dd ibs=1 count=1; } 2>/dev/null)"
while IFS= read -r p && [ "$p" != . ]; do s="$s$p$n"; done
eval "$s"
