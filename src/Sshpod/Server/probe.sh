# Runs in the container as `sh -c`, at every connection: starts the server that is there, or says what is missing and does what it is then told.
# It travels in the URL of the exec request, so it is short. Needs only sh and uname.
# $1 release of the bundle, $2 container ID, $3 idle seconds, $4 public key of the client
echo sshpod-bootstrap
b=/tmp/sshpod
s=$b/$1/sshd
# -O: a directory that another user made in advance is not trusted.
if [ -O $b ] && [ ! -L $b ] && [ -x $s ]; then
	# Sessions get what this shell was started with, not what it has made of it.
	SSHPOD_ENVIRON=/proc/$$/environ $s up $b/$2 $3 "$4"
	r=$?
	# 0 and 1 are its own answers; anything else means that it could not even run: put it there anew.
	[ $r -gt 1 ] || exit $r
fi
echo need "$(uname -m)" "$(command -v gzip)"
while IFS= read -r l && [ "$l" != . ]; do c="$c$l
"; done
eval "$c"
