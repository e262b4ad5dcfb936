# shellcheck shell=sh disable=SC2015,SC2154,SC2317 # places.sh and closed.sh stand before it; `each` calls `try`
# Runs in the container for `sshpod clean`, over stdin (load.sh): ends this container's servers, of every release, and removes what they
# left. Needs sh and rm, and ls or a test that knows -O. What another container with the same volume has there stays.
# It touches only names that we give, below a directory that it has entered, that is ours, and that nobody else can have put there. It runs
# only our own program, with the right hash.
volumes "$@"
cleaned=0 program=../$release/sshd
# A shell of ours may be among what goes. It is the program of this process, and has all the tools in it.
[ -z "$lent" ] || for tool in ls rm rmdir sha256sum; do eval "$tool() (exec -a $tool /proc/$$/exe \"\$@\")"; done

# Whether our program is there, and is of this client's bundle.
verified() { [ -x "$program" ] && mine "${program%/*}" "$program" .. && known; }

# Whether there are directories here: another container's state, or another release.
inhabited() {
	set +f
	for entry in ./*; do [ ! -d "$entry" ] || [ -L "$entry" ] || [ "$entry" = ./bin ] || { set -f && return; }; done
	set -f
	return 1
}

# Ends this container's server of the release that we are in, and removes its state.
end() {
	[ -d "./$container" ] && [ ! -L "./$container" ] || return 0
	if ! verified; then
		# The program that would end it has another hash, or is missing. The server exits by itself when it is idle.
		echo "left $PWD/$container"
		return 1
	fi
	answer=$(run down "$container" all 2>&1)
	case $answer in
	ok) ;;
	error*)
		echo "${answer%%"$nl"*}"
		exit 1
		;;
	*)
		echo "error start $PWD/$container: no answer from $PWD/$program"
		exit 1
		;;
	esac
	rm -rf "./$container" && cleaned=$((cleaned + 1))
}

# Removes the release $2 in $1 when there is no state in it any more. First goes the state that no process holds, such as that of containers
# that are gone.
remove() {
	enter "$1" "$2" && mine . || return
	! inhabited || ! verified || run sweep >/dev/null 2>&1
	! inhabited || return
	# Other users of a root container make directories here for the sockets of their agents. We look into none of these, so that a link in
	# there cannot lead rm elsewhere.
	if [ -d ./.agent ] && [ ! -L ./.agent ] && into ./.agent; then
		set +f
		for socket in ./*; do
			set -f
			rm -f "$socket" 2>/dev/null || rmdir "$socket" 2>/dev/null
		done
		set -f
		enter "$1" "$2" && mine . || return
		rmdir ./.agent 2>/dev/null
	fi
	set +f
	rm -rf ./sshd ./sh ./busybox ./bin ./upload.* ./try.* 2>/dev/null
	set -f
	enter "$1" '' && mine . && rmdir "./$2" 2>/dev/null
}

# Whether nobody else can have put there what is in $1.
safe() { enter "$1" '' && mine . && (cd -P .. && closed); }

try() {
	safe "$1" || return
	set +f
	for directory in ./*; do
		set -f
		directory=${directory#./}
		case $directory in *[!0-9a-f]*) continue ;; esac
		[ ${#directory} = 16 ] && enter "$1" "$directory" && mine . || continue
		# The release whose program ends the others is the last to go.
		! end || [ "$directory" = "$release" ] || remove "$1" "$directory"
	done
	set -f
	remove "$1" "$release"
	# The pod's record and other clients remember where our shell was. Without this directory, another user could put one there, and they
	# would run it. Nobody else can remove it, since the one above is closed or sticky.
	[ -z "$lent" ] || return
	# Above, others may be able to write, but rmdir removes nothing that has something in it.
	enter "$1" '' && rmdir "$PWD" 2>/dev/null
}
each "$usual"
mounts
each "$mounts"
# In a helper there is only the server to end.
[ ! -d "$lent/$container" ] || { enter "$lent" && mine . && end; }
echo "cleaned $cleaned"
read -r _
