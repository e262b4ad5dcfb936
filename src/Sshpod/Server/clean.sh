# shellcheck shell=sh disable=SC2015,SC2154,SC2317 # places.sh and closed.sh stand before it
# Runs in the container as `sh -c`: ends this container's servers, of every release, and removes what they left.
# Needs sh and rm, and ls or a test that knows -O. What another container with the same volume has there stays.
# Only names that we give are touched, below a directory that was entered and is ours, and that nobody else can have put there; and only our own
# program is run, with the right hash.
volumes "$@"
k=0

# Whether $1 is the program of this client's bundle, which is at least ours where nothing here can hash.
verified() {
	[ -x "$1" ] && mine "${1%/*}" "$1" .. || return
	case $a in *,"$w",*) ;; *) [ -z "$w" ] ;; esac
}

# Whether there are directories here: another container's state, or another release.
inhabited() {
	set +f
	for q in ./*; do [ ! -d "$q" ] || [ -L "$q" ] || { set -f && return; }; done
	set -f
	return 1
}

# Ends this container's server of the release that we are in, and removes its state.
end() {
	[ -d "./$c" ] && [ ! -L "./$c" ] || return 0
	if ! verified "../$r/sshd"; then
		# What would end it has another hash, or is not there: it leaves by itself when it is idle.
		echo "left $PWD/$c"
		return 1
	fi
	w=$(SSHPOD_PRIVATE=$v "../$r/sshd" down "$c" all 2>&1)
	case $w in
	ok) ;;
	error*)
		echo "${w%%"$n"*}"
		exit 1
		;;
	*)
		echo "error start $PWD/$c: no answer from $PWD/../$r/sshd"
		exit 1
		;;
	esac
	rm -rf "./$c" && k=$((k + 1))
}

# Removes the release $2 in $1, when nobody's state is in it any more: what no process holds, such as that of containers that are gone, goes
# first.
remove() {
	enter "$1" "$2" && mine . || return
	! inhabited || ! verified "../$r/sshd" || SSHPOD_PRIVATE=$v "../$r/sshd" sweep >/dev/null 2>&1
	! inhabited || return
	# Other users of a root container make directories here for the sockets of their agents: these are looked into by nobody, so
	# that a link in there leads rm nowhere.
	if [ -d ./.agent ] && [ ! -L ./.agent ] && into ./.agent; then
		set +f
		for q in ./*; do
			set -f
			rm -f "$q" 2>/dev/null || rmdir "$q" 2>/dev/null
		done
		set -f
		enter "$1" "$2" && mine . || return
		rmdir ./.agent 2>/dev/null
	fi
	set +f
	rm -f ./sshd ./upload.* ./try.* 2>/dev/null
	set -f
	enter "$1" '' && mine . && rmdir "./$2" 2>/dev/null
}

# Whether nobody else can have put what is in $1 there.
safe() { enter "$1" '' && mine . && (cd -P .. && closed); }

try() {
	safe "$1" || return
	set +f
	for d in ./*; do
		set -f
		d=${d#./}
		case $d in *[!0-9a-f]*) continue ;; esac
		[ ${#d} = 16 ] && enter "$1" "$d" && mine . || continue
		# The one that ends the others is the last to go.
		! end || [ "$d" = "$r" ] || remove "$1" "$d"
	done
	set -f
	remove "$1" "$r"
	# Above, others may write: rmdir removes nothing that has something in it.
	enter "$1" '' && rmdir "$PWD" 2>/dev/null
}
all "$l"
mounts
all "$m"
echo "cleaned $k"
read -r _
