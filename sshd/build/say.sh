# shellcheck shell=bash disable=SC2154 # variables of build.sh and its other parts
# What the build says, and hashes of what it reads.

say() { printf 'sshd/build.sh: %s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# Runs a command that is only interesting when it fails.
quietly() {
  local log
  log=$(mktemp)
  if ! "$@" > "$log" 2>&1; then
    tail -n 30 "$log" >&2
    rm -f "$log"
    die "failed: $*"
  fi
  rm -f "$log"
}

hash_of() { sha256sum "$@" | cut -d ' ' -f 1; }

# One hash over the names and contents of files and directories below sshd/, and of stdin.
key_of() {
  { cat; cd "$here" && find "$@" -type f | sort | xargs sha256sum; } | sha256sum | cut -c 1-32
}
