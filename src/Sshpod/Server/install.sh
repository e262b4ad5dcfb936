# Runs in the container where the bundle is missing: the probe evaluates it, having read it from stdin; the bundle follows on the same stdin.
# Needs only sh, cat, mkdir, chmod, mv and rm. Parameters are the probe's; the client sets `form` and `sha256` in lines before this.
# form: gzip, plain, or the name of a file that an earlier run has put there and the client has read back and found right.
export LC_ALL=C
d=$b/$1

# One line for the client: what failed, then what the tool said about it.
fail() {
	[ -z "$t" ] || rm -f "$t"
	echo error $*
	exit 1
}

# No file name of ours has a special character, and messages are words.
set -f
m=$( (umask 077 && mkdir -p "$d") 2>&1) || fail directory $m
for i in $b $d; do
	[ -d $i ] && [ -O $i ] && [ ! -L $i ] || fail directory $i belongs to another user
	# 711: a user other than root, whom the server of root logs in, reaches authorized_keys.
	m=$(chmod 711 $i 2>&1) || fail directory $m
done

case $form in
gzip | plain)
	# Names that no second upload at the same moment shares, be it from another container with the same volume.
	t=$d/upload.$2.$$
	if [ $form = gzip ]; then
		m=$( (umask 077 && gzip -dc >$t) 2>&1) || fail upload $m
	else
		m=$( (umask 077 && cat >$t) 2>&1) || fail upload $m
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
*) t=$form ;;
esac

m=$(chmod 700 $t 2>&1 && mv -f $t $s 2>&1) || fail upload $m
t=
SSHPOD_ENVIRON=/proc/$$/environ $s up $b/$2 $3 "$4"
r=$?
[ $r -le 1 ] || fail start "$s ended with $r"
exit $r
