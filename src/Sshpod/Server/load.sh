# shellcheck shell=sh disable=SC2154,SC2034 # places.sh stands before it
# Reads a script from stdin, up to a line that is a dot, and runs it here, with the variables, functions and arguments that there are; one
# that was cut off does not run. This keeps long scripts out of the URL of the exec request: proxies on the way accept 8 KB.
s=''
while IFS= read -r p && [ "$p" != . ]; do s="$s$p$nl"; done
[ "$p" = . ] && eval "$s"
