# What the user sees: short lines on stderr, each with the program's name.

say() { printf 'cluster: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# step TEXT COMMAND…: runs the command and says how long it took.
step() {
  local text=$1 from=$EPOCHREALTIME tenths result
  shift
  # not `("$@") || …`: the shell ignores `set -e` inside a condition
  set +e
  (set -e; "$@")
  result=$?
  set -e
  ((result == 0)) || fail "$text: failed (logs: $LOG)"
  # EPOCHREALTIME is seconds and microseconds with a separator that depends on the locale
  local to=$EPOCHREALTIME
  tenths=$(((${to//[^0-9]/} - ${from//[^0-9]/}) / 100000))
  say "$(printf '%-44s %4d.%d s' "$text" $((tenths / 10)) $((tenths % 10)))"
}

# within SECONDS COMMAND…: tries the command until it succeeds.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}
