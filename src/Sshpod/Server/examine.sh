# shellcheck shell=sh disable=SC2015,SC2031,SC2034,SC2154,SC2317 # places.sh, closed.sh and judge.sh stand before it; `all` calls `try`
# Runs in the container as `sh -c` for `sshpod doctor`: tells what the probe and the installation would find. It writes, starts and executes nothing
# of ours. Needs only sh. Before the volumes, $1 is the room that an installation needs, in KiB.
room=$1
shift
volumes "$@"
echo machine "$(uname -m 2>/dev/null)"
w=''
for q in uname cat mkdir chmod mv rm; do command -v "$q" >/dev/null || w="$w $q"; done
echo "missing$w"

# Whether the server could be put below $1.
judge() (
	[ -d "$1" ] && cd -P "$1" 2>/dev/null || { echo absent && return; }
	case $b$(options "${PWD%/}") in
	*,ro,*) echo read-only && return ;;
	*,noexec,*) echo noexec && return ;;
	,tmpfs,*) echo later && return ;;
	esac
	kind "${PWD%/}" || { echo "shared ${q:-/}" && return; }
	! small || { echo "${w%% *} ${w##* }" && return; }
	closed || { echo open && return; }
	if [ -e ./sshpod ] || [ -L ./sshpod ]; then
		enter "$1" '' && ours || { echo foreign && return; }
	else
		[ -w . ] || { echo unwritable && return; }
	fi
	echo free
)

# The server that is there, and whether its port is open: a killed one leaves the file.
server() {
	enter "$1" "$r" && [ -x ./sshd ] && mine . ./sshd || return
	found=1
	case $a in *,"${w:-?}",*) w=verified ;; *) w=${w:+damaged} ;; esac
	echo "server $PWD ${w:-unknown}"
	read -r _ port 2>/dev/null <"./$c/port" || return 0
	case $port in '' | *[!0-9]*) return 0 ;; esac
	port=$(printf %04X "$port")
	while read -r _ q _ h _; do
		[ "$q:$h" != "0100007F:$port:0A" ] || echo "running $((0x$port))"
	done </proc/net/tcp
}

found=''
try() { [ "$found" ] || server "$1"; }
all "$l"
m=''
mounts
all "$m"

found=''
try() {
	# Kubernetes mounts files too, such as /etc/hosts.
	[ -z "$found" ] && { [ -d "$1" ] || [ "$1" = /tmp ]; } || return
	w=$(judge "$1")
	[ "$w" != later ] || { late="$late$1 " && return; }
	echo "place $1 $w"
	[ "$w" != free ] || found=1
}
seek
echo examined
# The answer may be lost when nobody runs any more who said it (kubernetes#60140): it waits for the client to end.
read -r _
