# shellcheck shell=bash disable=SC2154 # test.sh and its parts share variables
# Frames and rings of resumable connections, without a server: the two files are compiled for this machine, where the
# sanitizers find what would only sometimes fail. And the keys and messages that sshpod's tests compute too.

check "resume: the vectors that client and server share" /usr/bin/python3 "$here/test/resume.py" vectors "$here/test/resume.vectors"
if command -v gcc > /dev/null; then
  check "resume: frames and rings compile by themselves" gcc -g -O1 -fsanitize=address,undefined \
    -fno-sanitize-recover=all -D_GNU_SOURCE -Wall -Wextra -Werror -I "$here/overrides" -o "$work/frames" \
    "$here/test/frames.c" "$here/overrides/frames.c" "$here/overrides/ring.c"
  for round in 1 2 3; do
    check "resume: frames cut anywhere come whole, rings keep what is in them, nonsense does no harm ($round)" \
      "$work/frames" "$RANDOM"
  done
else
  echo "# frames and rings were not tested: needs gcc"
fi
