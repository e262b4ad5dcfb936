# shellcheck shell=sh disable=SC2015,SC2086,SC2048,SC2154 # no name has a blank or is expanded; messages lose theirs; variables are the probe's
# Runs in the container where the bundle is missing: the probe evaluates it, having read it from stdin; the bundle follows on the same stdin.
# Needs only sh, cat, mkdir, chmod, mv and rm. Variables are the probe's; the client sets `form` and `sha256` in lines before this,
# and makes a command `bytes` that prints the bundle.
# form: gzip, plain, or the name of a file that an earlier run has put there and the client has read back and found right.
LC_ALL=C
t='' why=''

# One line for the client: what failed, then what the tool said about it.
fail() {
	[ -z "$t" ] || rm -f $t
	echo error $*
	# Whoever exits while the client still sends may lose what was said (kubernetes#60140).
	cat >/dev/null
	exit 1
}

owned() { [ -O $1 ] && [ ! -L $1 ] || { echo $1 belongs to another user && return 1; }; }

# Makes our directories in $1, or says why not and leaves no trace.
prepare() (
	umask 077
	b=${1%/}/sshpod
	d=$b/$r
	x=$d/try.$c.$$
	made=
	[ -d $1 ] || { echo $1 does not exist && exit 1; }
	[ -d $d ] || made=$d
	[ -d $b ] || made=$b
	# 711: a user other than root, whom the server of root logs in, reaches authorized_keys.
	# An empty file is an empty script; 126 is what a shell says where nothing may be executed.
	({ [ ! -e $b ] || owned $b; } && mkdir -p $d && owned $b && owned $d && chmod 711 $b $d && : >$x && chmod 700 $x && { $x || [ $? != 126 ]; })
	e=$?
	[ ! -e $x ] || rm -f $x
	[ $e = 0 ] || [ -z "$made" ] || [ ! -d $made ] || rm -rf $made
	exit $e
)

# Takes the first place that will do; of those that will not, the first reason is told.
choose() {
	for p; do
		if w=$(prepare $p 2>&1); then
			d=${p%/}/sshpod/$r
			return
		fi
		why=${why:-$w}
	done
	fail directory $why
}

case $form in
gzip | plain)
	choose $l $m
	# Names that no second upload at the same moment shares, be it from another container with the same volume.
	t=$d/upload.$c.$$
	if [ $form = gzip ]; then
		w=$( (umask 077 && bytes | gzip -dc >$t) 2>&1) || fail upload $d: $w
	else
		w=$( (umask 077 && bytes >$t) 2>&1) || fail upload $d: $w
	fi
	h=
	for tool in sha256sum 'openssl dgst -sha256 -r' 'shasum -a 256' 'busybox sha256sum'; do
		h=$($tool $t 2>/dev/null) && h=${h%% *} && [ ${#h} = 64 ] && break
		h=
	done
	if [ -z "$h" ]; then
		# Nothing here can hash: the client reads the file back, and comes again with its name.
		echo verify $t
		cat $t
		exit
	fi
	[ $h = $sha256 ] || fail corrupt
	;;
*)
	t=$form
	d=${t%/*}
	;;
esac

w=$(chmod 700 $t 2>&1 && mv -f $t $d/sshd 2>&1) || fail upload $d: $w
t=
[ -z "$f" ] || $d/sshd down $d/$c >/dev/null
if [ $i = session ]; then
	# This stream may have ended for the client: the session is on another.
	echo installed
	cat >/dev/null
	exit
fi
echo program $d/sshd
SSHPOD_ENVIRON=/proc/$$/environ $d/sshd up $d/$c $i $n $o "$k"
e=$?
[ $e -le 1 ] || fail start $d/sshd ended with $e
exit $e
