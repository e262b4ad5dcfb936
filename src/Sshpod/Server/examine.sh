# shellcheck shell=sh disable=SC2015,SC2086 # no name has a blank or is expanded
# Runs in the container as `sh -c` for `sshpod doctor`: tells what the probe and the installation would find. It writes and starts nothing.
# Needs only sh. $1 release of the bundle, $2 container ID.
echo sshpod-doctor
set -f
r=$1 c=$2 m=''
echo machine "$(uname -m 2>/dev/null)"
for t in uname cat mkdir chmod mv rm; do command -v $t >/dev/null || m="$m $t"; done
echo missing $m

# Options of the mount that $1 is on: the last of those with the longest name.
options() {
	n=0 o=''
	while read -r _ q _ x _; do
		case ${1%/}/ in "${q%/}"/*) [ ${#q} -lt $n ] || n=${#q} o=$x ;; esac
	done </proc/self/mounts
	echo ,$o,
}

# Whether the server could be put below $1.
judge() {
	b=${1%/}/sshpod
	[ -d $1 ] || { echo absent && return; }
	case $(options $1) in *,ro,*) echo read-only && return ;; *,noexec,*) echo noexec && return ;; esac
	if [ -e $b ]; then
		[ -O $b ] && [ ! -L $b ] || { echo foreign && return; }
	else
		[ -w $1 ] || { echo unwritable && return; }
	fi
	echo free
}

# The server that is there, and whether it runs: a killed one leaves its port.
server() {
	for p; do
		b=${p%/}/sshpod
		d=$b/$r
		[ -O $b ] && [ ! -L $b ] && [ -x $d/sshd ] || continue
		echo server $d "$($d/sshd version 2>&1)"
		read -r _ port 2>/dev/null <$d/$c/port || return 0
		read -r pid 2>/dev/null <$d/$c/lock.server || return 0
		kill -0 $pid 2>/dev/null && echo running $port
		return 0
	done
	return 1
}

places() {
	for p; do
		# Kubernetes mounts files too, such as /etc/hosts.
		[ -d $p ] || [ $p = /tmp ] || continue
		w=$(judge $p)
		echo place $p $w
		[ $w != free ] || return 0
	done
	return 1
}

l='/tmp /var/tmp /run /dev/shm' m=''
while read -r _ p _ o _; do
	case $p in /proc* | /sys* | /dev* | *[!A-Za-z0-9/._-]*) continue ;; esac
	case ,$o, in *,ro,* | *,noexec,*) continue ;; esac
	m="$m $p"
done </proc/self/mounts
server $l $m
places $l || places $m
echo examined
# The answer may be lost when nobody runs any more who said it (kubernetes#60140): it waits for the client to end.
read -r p
