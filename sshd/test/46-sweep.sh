# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# What containers that are gone have left, and what of it is removed by whom.

container_options=()
container_environment=(PATH=/bin HOME=/root SSHPOD_PRIVATE=1)
make_container swept 0
in_bundle=$work/swept$bundle

# stale NAME: what a container with this ID has left
stale() {
  cp -a "$in_bundle/state" "$in_bundle/$1"
  rm -f "$in_bundle/$1/control" "$in_bundle/$1/port"
  : > "$in_bundle/$1/authorized_keys.4711"
}
there() { [ -e "$in_bundle/$1" ] || { echo "$1 is gone"; return 1; }; }
until_held() { # FILE...: by somebody, in whatever way
  local file
  for file; do
    for _ in $(seq 100); do ! grep -q ":$(stat -c %i "$file") " /proc/locks || break; sleep 0.1; done
  done
}
away() { [ ! -e "$in_bundle/$1" ] || { echo "$1 is still there"; return 1; }; }
up_again() { up swept > /dev/null; }

check "sweep: up" start swept
for name in gone gone.2 held.server held.keys held.sessions foreign unknown elsewhere resumable strange; do stale "$name"; done
# what holders that were killed have left; in the other one is something else too
for name in resumable strange; do
  mkdir -m 700 "$in_bundle/$name/resume"
  python3 -c 'import os, socket, sys; os.chdir(sys.argv[1]); socket.socket(socket.AF_UNIX).bind("00112233445566778899aabbccddeeff")' \
    "$in_bundle/$name/resume"
done
echo mine > "$in_bundle/strange/resume/file"
: > "$in_bundle/held.sessions/lock.sessions"
flock "$in_bundle/held.server/lock.server" sleep 600 & holders=$!
flock "$in_bundle/held.keys/lock.keys" sleep 600 & holders="$holders $!"
python3 -c 'import fcntl, sys, time; f = open(sys.argv[1], "r+"); fcntl.lockf(f, fcntl.LOCK_EX); time.sleep(600)' \
  "$in_bundle/held.sessions/lock.sessions" & holders="$holders $!"
chown 1001:1001 "$in_bundle/foreign"
echo mine > "$in_bundle/unknown/file"
mkdir "$in_bundle/unknown/directory" "$in_bundle/nothing.of.ours" "$work/swept/victim"
echo mine > "$in_bundle/nothing.of.ours/log.txt"
cp "$in_bundle/elsewhere"/log* "$work/swept/victim"
rm -rf "$in_bundle/elsewhere" && ln -s /victim "$in_bundle/elsewhere"
ln -s /victim/log "$in_bundle/gone.2/log.1"
: > "$in_bundle/upload.gone.1" && touch -d '2 hours ago' "$in_bundle/upload.gone.1"
: > "$in_bundle/upload.now.1"
until_held "$in_bundle"/held.server/lock.server "$in_bundle"/held.keys/lock.keys "$in_bundle"/held.sessions/lock.sessions

check "sweep: the next up" up_again
for name in gone gone.2 resumable upload.gone.1; do check "sweep: $name goes" away "$name"; done
for name in state held.server held.keys held.sessions foreign unknown/file unknown/directory unknown/host_key nothing.of.ours/log.txt \
  strange/resume/file strange/host_key \
  upload.now.1; do
  check "sweep: $name stays" there "$name"
done
check "sweep: a link is not followed" test -e "$work/swept/victim/log"
check "sweep: the server is the same" cmp "$work/answer" <(up swept)
check "sweep: and lets in" gives 0 remote root true

# kill: only those of above
kill_holders() {
  for holder in $holders; do
    pkill -P "$holder" || true
    kill "$holder" 2> /dev/null || true
  done
  sleep 0.3
}
kill_holders
check "sweep: what nobody holds any more goes" up_again
for name in held.server held.keys held.sessions; do check "sweep: $name goes then" away "$name"; done

for i in $(seq 40); do stale "many$i"; done
check "sweep: many" up_again
check "sweep: a connection removes a few" test "$(find "$in_bundle" -name 'many*' -maxdepth 1 | wc -l)" = 24

# Where other containers have theirs beside ours, one that is idle may come again.
container_environment=(PATH=/bin HOME=/root SSHPOD_PRIVATE=any)
rm -rf "$in_bundle"/many*
stale idle
stale old
find "$in_bundle/old" -exec touch -h -d '2 days ago' {} +
check "sweep: a shared volume" up_again
check "sweep: a shared volume: who was there today stays" there idle
check "sweep: a shared volume: who was not goes" away old

# Releases of other versions of sshpod.
release=$work/swept/tmp/sshpod/0123456789abcdef
make_release() {
  mkdir -p "$release/there"
  cp "$in_bundle/sshd" "$release/sshd"
  cp -a "$in_bundle/idle/." "$release/there/"
  chmod -R go= "$release"
}
old() { find "$release" -exec touch -h -d '2 days ago' {} +; }
make_release
check "sweep: another release" up_again
check "sweep: another release that was used today stays" test -e "$release/sshd"
old
flock "$release/there/lock.server" sleep 600 & holders=$!
until_held "$release/there/lock.server"
check "sweep: another release in use" up_again
check "sweep: another release whose server runs stays" test -e "$release/there/host_key" -a -e "$release/sshd"
kill_holders
old
echo mine > "$release/file" && old
check "sweep: another release with something else in it" up_again
check "sweep: another release with something else in it stays" test -e "$release/file" -a -e "$release/sshd"
rm -f "$release/file"
make_release && old
check "sweep: another release that nobody uses" up_again
check "sweep: another release that nobody uses goes" test ! -e "$release"

# For clean: whatever nobody holds; of a shared volume, what nobody has used today either.
stale held
flock "$in_bundle/held/lock.server" sleep 600 & holders=$!
until_held "$in_bundle/held/lock.server"
check "sweep: by itself, on a shared volume" equals ok sshd_in swept "$bundle" sweep
check "sweep: by itself, on a shared volume: who was there today stays" there idle
container_environment=(PATH=/bin HOME=/root SSHPOD_PRIVATE=1)
mkdir -m 700 "$in_bundle/fresh" && cp -a "$in_bundle/idle/host_key" "$in_bundle/fresh/"
check "sweep: by itself" equals ok sshd_in swept "$bundle" sweep
check "sweep: by itself: what is held stays" there held
check "sweep: by itself: the running server stays" there state/port
check "sweep: by itself: what nobody holds goes" away idle
check "sweep: by itself: what is just being made stays" there fresh/host_key
check "sweep wants no more words" equals 'error usage sshd sweep' sshd_in swept "$bundle" sweep all
kill_holders
stop swept
