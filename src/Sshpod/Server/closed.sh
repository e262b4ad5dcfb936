# shellcheck shell=sh disable=SC2012,SC2154,SC2317 # places.sh stands before it; ls is all that there is; others call what is here
# Whether nobody but root and us can exchange a directory on the way to the one that we are in: each belongs to root or us, and is closed or
# sticky. It may be open in a volume of a container in which nobody else can be: an emptyDir is. The server's program checks again, with or
# without ls.
closed() (
	above=. path=$PWD
	set -- .
	while [ "${path%/}" ]; do
		above=$above/..
		set -- "$@" "$above"
		path=${path%/*}
	done
	! command -v ls >/dev/null || ls -ldn "$@" | (
		while read -r mode _ owner _; do
			case $owner in 0 | "$uid") ;; *) exit 1 ;; esac
			case $mode:$private:$uid in d????-??-*:*:* | d????????[tT]*:*:* | *:any:*) ;; *:1:0 | *::*) exit 1 ;; esac
		done
	)
)

# Where the shell and its tools are, if they are ours.
case $lent in */"$release"/bin) lent=${lent%/bin} ;; *) lent='' ;; esac
