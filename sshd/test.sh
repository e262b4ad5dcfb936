#!/bin/bash
# Tests the built bundle with the machine's own ssh: in containers made of a chroot with nothing but
# busybox, as the users and with the capabilities that Kubernetes gives. Needs root, and Debian's
# busybox-static, openssh-client, openssh-sftp-server (none of it in the container), libcap2-bin,
# netcat-openbsd; qemu-user-static for arm64, python3-paramiko for what no client does, gcc for the
# parts without a server (libclang-rt-dev, if it is there, for their fuzzing); strace for two parts. No cluster.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
bundles=$here/../artifacts/sshd
passed=0 failed=0

[ "$(id -u)" = 0 ] || { echo "sshd/test.sh: must be run as root" >&2; exit 1; }
for tool in busybox ssh sftp scp ssh-keygen ssh-agent capsh nc unshare; do
  command -v "$tool" > /dev/null || { echo "sshd/test.sh: $tool is missing" >&2; exit 1; }
done
work=$(mktemp -d /tmp/sshd-test.XXXXXX)
chmod 711 "$work"

# shellcheck source=SCRIPTDIR/test/container.sh
. "$here/test/container.sh"
# shellcheck source=SCRIPTDIR/test/steps.sh
. "$here/test/steps.sh"
trap clean_up EXIT

# check NAME COMMAND...: the command succeeds
check() {
  local name=$1
  shift
  if "$@" > "$work/output" 2>&1; then
    passed=$((passed + 1))
    echo "ok $name"
  else
    failed=$((failed + 1))
    echo "not ok $name"
    sed 's/^/  # /' "$work/output" | head -n 20
  fi
}

# equals EXPECTED COMMAND...: the command prints exactly that
equals() {
  local expected=$1 actual
  shift
  actual=$("$@" < /dev/null 2>&1) || true
  [ "$actual" = "$expected" ] || { printf 'expected: %s\nactual:   %s\n' "$expected" "$actual"; return 1; }
}

# gives STATUS COMMAND...
gives() {
  local expected=$1 status=0
  shift
  "$@" < /dev/null || status=$?
  [ "$status" = "$expected" ] || { echo "status $status, expected $expected"; return 1; }
}

make_keys
for part in "$here"/test/[0-9]*.sh; do
  # shellcheck source=/dev/null
  . "$part"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
