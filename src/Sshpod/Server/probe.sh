# shellcheck shell=sh disable=SC2015,SC2086,SC2034 # no name has a blank or is expanded; install.sh uses more of the variables
# Runs in the container as `sh -c`, at every connection: starts the server that is there, or says what is missing and does what it is then told.
# It travels in the URL of the exec request, so it is short. Needs only sh and uname.
# $1 release of the bundle, $2 container ID, $3 idle seconds, or `session` for one over this stream, $4 seconds for which the key may log in,
# $5 options that the server knows, $6 public key of the client, $7 hashes of the bundles, $8 `fresh` when the server that is there does not answer
echo sshpod-bootstrap
# No name of ours has a character that the shell would expand.
set -f
r=$1 c=$2 i=$3 n=$4 o=$5 k=$6 a=$7 f=$8 m='' s=''
# Starts the server of the first of these directories that has one. -O: a directory that another user made in advance is not trusted.
try() {
	for p; do
		b=${p%/}/sshpod
		d=$b/$r
		[ -O $b ] && [ ! -L $b ] && [ -x $d/sshd ] || continue
		# A damaged file is put there anew, and its server with it. Where nothing can hash, it shows when it does not run or answer.
		if h=$(sha256sum $d/sshd 2>/dev/null); then
			case $a in *${h%% *}*) ;; *) f=fresh && continue ;; esac
		fi
		[ -z "$f" ] || $d/sshd down $d/$c >/dev/null
		# Sessions get what this shell was started with, not what it has made of it.
		echo program $d/sshd
		if [ $i = session ]; then
			# What cannot even run is found out before: afterwards this stream is the client's, and no script comes on it.
			$d/sshd version >/dev/null 2>&1 || { f=fresh && continue; }
			SSHPOD_ENVIRON=/proc/$$/environ $d/sshd session $d/$c $n $o "$k"
			e=$?
			[ $e != 1 ] || read -r p
			exit $e
		fi
		SSHPOD_ENVIRON=/proc/$$/environ $d/sshd up $d/$c $i $n $o "$k"
		e=$?
		# 0 and 1 are its own answers; anything else means that it could not even run.
		# The answer may be lost when nobody runs any more who said it (kubernetes#60140): it waits for the client to end.
		[ $e -gt 1 ] || { read -r e; exit; }
		f=fresh
	done
}
l='/tmp /var/tmp /run /dev/shm'
try $l
# Then the mounts that can be written and executed: a volume may be all that there is.
while read -r _ p _ e _; do
	case $p in /proc* | /sys* | /dev* | *[!A-Za-z0-9/._-]*) continue ;; esac
	case ,$e, in *,ro,* | *,noexec,*) continue ;; esac
	m="$m $p"
done </proc/self/mounts
try $m
# What can count bytes: not every stream has an end of its own.
echo need "$(uname -m)" "$(command -v gzip)" "$({ echo h | head -c 1; echo d | dd ibs=1 count=1; } 2>/dev/null)"
while IFS= read -r p && [ "$p" != . ]; do s="$s$p
"; done
eval "$s"
