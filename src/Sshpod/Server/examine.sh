# shellcheck shell=sh disable=SC2015,SC2031,SC2034,SC2154,SC2317,SC3013 # places.sh, closed.sh and judge.sh stand before it
# Runs in the container for `sshpod doctor`, over stdin (load.sh): tells what the probe and the installation would find. It writes, starts
# and executes nothing of ours. Needs only sh; where that has no -nt, nothing is said of paused connections. Before the volumes, $1 is the
# room that an installation needs, in KiB.
room=$1
shift
volumes "$@"
echo machine "$(uname -m 2>/dev/null)"
missing=''
for tool in uname cat mkdir chmod mv rm; do command -v "$tool" >/dev/null || missing="$missing $tool"; done
echo "missing$missing"

# Says whether the server could be put below $1.
judge() (
	[ -d "$1" ] && cd -P "$1" 2>/dev/null || { echo absent && return; }
	case $last$(options "${PWD%/}") in
	*,ro,*) echo read-only && return ;;
	*,noexec,*) echo noexec && return ;;
	,tmpfs,*) echo later && return ;;
	esac
	usable "${PWD%/}" || { echo "shared ${mount:-/}" && return; }
	! small || { echo "${why%% *} ${why##* }" && return; }
	closed || { echo open && return; }
	if [ -e "./$own" ] || [ -L "./$own" ]; then
		enter "$1" '' && ours || { echo foreign && return; }
	else
		[ -w . ] || { echo unwritable && return; }
	fi
	echo "free $own"
)

# Says how many connections wait to be resumed, and for how many seconds the first, if anything here can tell times. Each that could be
# resumed has a socket, which is executable while it has a stream, and whose time is when it lost that.
paused() {
	[ -d "./$container/resume" ] && [ ! -L "./$container/resume" ] || return 0
	count=0 first=''
	set +f
	for socket in "./$container/resume/"*; do
		set -f
		[ -S "$socket" ] && [ ! -L "$socket" ] && [ ! -x "$socket" ] || continue
		count=$((count + 1))
		[ "$first" ] && [ ! "$first" -nt "$socket" ] || first=$socket
	done
	set -f
	[ "$count" = 0 ] || echo "paused $count" "$(now=$(date +%s) && since=$(stat -c %Y "$first") && echo $((now - since)))"
} 2>/dev/null

# Says what server is there, and whether its port is open: a server that was killed leaves the file.
server() {
	enter "$1" "$release" && [ -x ./sshd ] && mine . ./sshd || return
	found=1 state=unknown
	[ -z "$hash" ] || if known; then state=verified; else state=damaged; fi
	echo "server $PWD $state"
	paused
	read -r _ port 2>/dev/null <"./$container/port" || return 0
	case $port in '' | *[!0-9]*) return 0 ;; esac
	port=$(printf %04X "$port")
	while read -r _ address _ socket _; do
		[ "$address:$socket" != "0100007F:$port:0A" ] || echo "running $((0x$port))"
	done </proc/net/tcp
}

found=''
try() { [ "$found" ] || server "$1"; }
each "$usual"
mounts
each "$mounts"
[ ! -d "$lent/$container" ] || try "$lent"

found=''
try() {
	# Kubernetes mounts files too, such as /etc/hosts.
	[ -z "$found" ] && { [ -d "$1" ] || [ "$1" = /tmp ]; } || return
	verdict=$(judge "$1")
	[ "$verdict" != later ] || { late="$late$1 " && return; }
	echo "place $1 $verdict"
	case $verdict in free*) found=1 ;; esac
}
seek
echo examined
# The answer may be lost when its process has ended (kubernetes#60140), so it waits until the client ends.
read -r _
