# shellcheck shell=sh disable=SC2015,SC2154,SC2317 # variables and functions are those of probe.sh and install.sh, which calls these
# Runs in a helper, with install.sh, which it stands before: puts the server, the shell and its tools into /tmp/sshpod/RELEASE, for the
# processes of the container that the helper is for. In the bytes of the client, BusyBox comes first: the client sets `shell` to its size.
# The key of the probe is the user and the group that these processes have, where the client knows them, and the container's ID.
#
# The main process of the helper has written its number into `holder`. It may wait, as root, to be told in `go` to become another user; then
# all is given to that user.
home=/tmp/sshpod holder='' main=1

# Sets `user` and `group` to those of the container's main process. Where all containers of the pod share their processes, it is not the
# first, but the first in a control group of that ID.
stage_look() {
	id=${k##* }
	if [ ${#id} = 64 ]; then
		least=''
		set +f
		for process in /proc/[0-9]*; do
			number=${process#/proc/}
			while read -r line; do
				case $line in *"$id"*) [ "${least:-$number}" -lt "$number" ] || least=$number ;; esac
			done <"$process/cgroup"
		done 2>/dev/null
		set -f
		main=${least:-1}
	fi
	user=0 group=0
	while read -r name number _; do
		case $name in Uid:) user=$number ;; Gid:) group=$number ;; esac
	done <"/proc/$main/status"
}

# Whether the helper's main process still waits, or is just changing.
stage_waits() {
	read -r name <"/proc/$holder/comm" || return
	{ line=$(cat "/proc/$holder/cmdline"); } 2>/dev/null
	case $name:$line in sshd:* | *"$home/go"*) ;; *) return 1 ;; esac
}

stage_answer() {
	stage_look
	rmdir $home/staging 2>/dev/null
	echo "helper $holder $user $group"
	echo ok
	cat >/dev/null
	exit
}

# Whether another client has done all this.
stage_is_done() { [ -x "$home/$release/sh" ] && ! stage_waits; }

# One client at a time: at the end, the directory may be another user's. One that has gone away without a word is not waited for.
stage_begin() {
	waited=0
	until read -r holder <$home/holder && [ -n "$holder" ]; do
		[ $waited -lt 10 ] || fail directory "$home/holder is missing"
		sleep 1
		waited=$((waited + 1))
	done 2>/dev/null
	waited=0
	until stage_is_done || mkdir $home/staging 2>/dev/null; do
		[ $waited -lt 20 ] || break
		sleep 1
		waited=$((waited + 1))
	done
	! stage_is_done || stage_answer
}

stage_left() { rmdir $home/staging 2>/dev/null; }

# BusyBox takes the bytes apart itself: the helper's image may have no tool for that.
stage_files() {
	whole=busybox.$container.$$
	part=upload.$container.$$.part
	chmod 700 "./$file" && mv -f "./$file" "./$whole" && rm -f "./$part" && "./$whole" tail -c "+$((shell + 1))" "./$whole" >"./$part" &&
		chmod 755 "./$part" && mv -f "./$part" ./sshd && "./$whole" head -c "$shell" "./$whole" >"./$part" && chmod 755 "./$part" &&
		mv -f "./$part" ./busybox && rm -f "./$whole" && ./busybox mkdir -p ./bin && chmod 755 ./bin || return
	for tool in $(./busybox --list); do ./busybox ln -sf ../busybox "./bin/$tool" || return; done
	./busybox ln -sf busybox ./sh
}

# Gives everything to the user of the container. What root, which has no other capability, still has to write it has open by then.
stage_give() {
	stage_look
	known=${k%% *}
	user=${known:-$user}
	known=${k#* }
	known=${known%% *}
	group=${known:-$group}
	exec 3>|$home/go && chmod 644 $home/go && ./busybox chown "$user:$group" ./sshd ./busybox ./bin . .. &&
		echo "exec $PWD/sshd hold $user $group" >&3 || return
	exec 3>&-
	waited=0
	while stage_waits; do
		[ $waited -lt 50 ] || return
		./busybox sleep 0.1
		waited=$((waited + 1))
	done
}

stage() {
	said=$(stage_files 2>&1) || fail upload "$PWD: $said"
	file=''
	# It shares no processes: the client says so.
	[ "$holder" != 1 ] || stage_answer
	! stage_waits || said=$(stage_give 2>&1) || fail start "$said: process $holder of the helper does not become another user"
	stage_answer
}
