# shellcheck shell=sh disable=SC2015,SC2086,SC2115,SC2231 # no name has a blank
# Runs in the container as `sh -c`: ends this container's servers, of every release, and removes what they left.
# Needs only sh and rm. $1 container ID; what another container with the same volume has there stays.
echo sshpod-bootstrap
c=$1 n=0
clean() {
	b=${1%/}/sshpod
	[ -O $b ] && [ ! -L $b ] || return
	for d in $b/*; do
		[ -d $d/$c ] || continue
		m=$($d/sshd down $d/$c all 2>&1)
		case $m in error*)
			echo $m
			exit 1
			;;
		esac
		rm -rf $d/$c && n=$((n + 1))
	done
	# A release that no container uses any more goes, and then the directory itself.
	k=''
	for d in $b/*; do
		u=''
		for s in $d/*/lock.server; do [ ! -e $s ] || u=1; done
		[ -n "$u" ] && k=1 || rm -rf $d
	done
	[ -n "$k" ] || rm -rf $b
}
for p in /tmp /var/tmp /run /dev/shm; do clean $p; done
while read -r _ p _ o _; do
	case $p in /proc* | /sys* | /dev* | *[!A-Za-z0-9/._-]*) continue ;; esac
	case ,$o, in *,ro,*) continue ;; esac
	clean $p
done </proc/self/mounts
echo cleaned $n
read -r p
