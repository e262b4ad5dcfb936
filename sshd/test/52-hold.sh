# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# A process whose root directory those of another container may use: it becomes their user, and gives up everything else.

container_environment=(PATH=/bin)
make_container helper 1001
make_container target 1001

# hold UID GID: starts it with all that a restricted root has, and waits; sets $held
hold() {
  container_options=(--groups=2000 "--drop=$all_but_three")
  run_in helper /tmp/sshpod/b/sshd hold "$@" < /dev/null > "$work/hold.out" 2>&1 &
  holder=$!
  for _ in $(seq 100); do
    held=$(pgrep -x sshpod-hold | while read -r pid; do
      [ "$(readlink "/proc/$pid/root")" != "$work/helper" ] || echo "$pid"
    done)
    [ -z "$held" ] || return 0
    sleep 0.1
  done
  cat "$work/hold.out"
  return 1
}
status_of() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" | tr -s '\t ' ' '; }
# seen_by OPTIONS...: what a process with these options sees of it
seen_by() {
  container_options=("$@")
  run_in target sh -c 'cat "$1/etc/passwd" > /dev/null && "$1/bin/busybox" echo seen' sh "/proc/$held/root" 2> /dev/null || echo no
}

chmod -R a+rX "$work/helper/tmp"
check "hold: starts as root, with three capabilities" hold 1001 1001
check "hold: has the user and the group" equals '1001 1001 1001 1001,1001 1001 1001 1001' \
  bash -c 'echo "$1,$2"' bash "$(status_of "$held" Uid)" "$(status_of "$held" Gid)"
check "hold: has no other group" equals '' echo "$(status_of "$held" Groups | tr -d ' ')"
for set in CapPrm CapEff CapInh CapAmb; do check "hold: has nothing in $set" equals 0000000000000000 status_of "$held" "$set"; done
check "hold: the same user sees its files" equals seen seen_by --gid=1001 --uid=1001
check "hold: in further groups too" equals seen seen_by --groups=2000 --gid=1001 --uid=1001
check "hold: not another group" equals no seen_by --gid=0 --uid=1001
check "hold: not another user" equals no seen_by --gid=1001 --uid=1002
check "hold: ends well when it is told to" eval 'kill "$held"; gives 0 wait "$holder"'

check "hold: as root" hold 0 0
check "hold: as root it has no capabilities" equals 0000000000000000 status_of "$held" CapPrm
check "hold: root without capabilities sees its files" equals seen seen_by --drop=all
check "hold: root with some sees them too" equals seen seen_by --drop=cap_sys_ptrace
kill "$held"

container_options=()
for wrong in '' '0' '0 x' '-1 0' '0 4294967295' '4294967296 0' '0 0 0' '0x1 0'; do
  # shellcheck disable=SC2086 # words
  check "hold refuses '$wrong'" equals 'error usage sshd hold UID GID' run_in helper /tmp/sshpod/b/sshd hold $wrong
done
container_options=(--drop=all)
check "hold says that it cannot become another" equals 'error start cannot become group 1001: Operation not permitted' \
  run_in helper /tmp/sshpod/b/sshd hold 1001 1001
container_options=()
