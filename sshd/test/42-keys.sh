# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# Who gets in: the running server's memory says so, and for how long.

container_options=()
container_environment=(PATH=/bin HOME=/root SECRET=1 LANG=C.UTF-8)
make_container keyed 0
keys_file=$work/keyed$bundle/state/authorized_keys
for name in a b; do
  [ -e "$work/$name" ] || ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$work/$name"
done
# lets_in KEY_FILE; refuses_key KEY_FILE
lets_in() { timeout 30 ssh "${ssh_options[@]/$work\/key/$1}" root@server true; }
refuses_key() { ! lets_in "$1" 2> "$work/refused" && grep -q 'Permission denied (publickey)' "$work/refused"; }

start keyed
cat "$work/a.pub" >> "$keys_file"
check "a key that somebody writes into the file is refused" refuses_key "$work/a"
up keyed > /dev/null
check "an up writes the file anew" equals 1 grep -c . "$keys_file"
rm "$keys_file"
check "without the file, who was let in still is" lets_in "$work/key"
up keyed 0 state "$(cat "$work/a.pub")" > /dev/null
check "up gives a key to the running server" lets_in "$work/a"
check "and all are in the file" equals 2 grep -c . "$keys_file"
check "the file is closed to others" equals 600 stat -c %a "$keys_file"

# planted FILE_CHANGE...: a server that starts takes nothing from a file that others may have written
starts_without() {
  stop keyed
  "$@"
  start keyed || return 1
  equals 1 grep -c . "$keys_file" && refuses_key "$work/a"
}
restart_keeps() {
  local pid
  pid=$(listener_of keyed)
  stop keyed
  gone "$pid"
  start keyed && lets_in "$work/a"
}
check "keys outlast a restart" restart_keeps
up keyed 0 state "$(cat "$work/a.pub")" > /dev/null
check "a file that others can write to counts for nothing" starts_without chmod 602 "$keys_file"
up keyed 0 state "$(cat "$work/a.pub")" > /dev/null
check "a file of another user counts for nothing" starts_without chown 1001 "$keys_file"
up keyed 0 state "$(cat "$work/a.pub")" > /dev/null
check "a file with a second name counts for nothing" starts_without ln "$keys_file" "$work/keyed/tmp/second"
rm "$work/keyed/tmp/second"
up keyed 0 state "$(cat "$work/a.pub")" > /dev/null
linked() { mv "$keys_file" "$work/keyed/tmp/elsewhere" && ln -s /tmp/elsewhere "$keys_file"; }
check "a link counts for nothing" starts_without linked
up keyed 0 state "$(cat "$work/a.pub")" > /dev/null
check "other options than ours count for nothing" starts_without sed -i 's/^expiry-time="[^"]*" .* a$/no-pty &/' "$keys_file"
stop keyed
damage() { head -c 100 /dev/urandom > "$keys_file"; }
check "a damaged file is replaced" starts_without damage
stop keyed
chmod 644 "$work/keyed$bundle/state/host_key"
cp "$work/answer" "$work/before"
check "a host key that others could read is replaced" start keyed
check "a host key that others could read is replaced: it is another" eval '! cmp -s "$work/before" "$work/answer"'
check "a host key that others could read is replaced: works" lets_in "$work/key"

# ends SECONDS KEY_FILE: within that time the key is refused
ends() {
  local deadline=$((SECONDS + $1))
  while lets_in "$2"; do
    [ "$SECONDS" -lt "$deadline" ] || { echo "still let in"; return 1; }
    sleep 0.3
    up keyed > /dev/null
  done
}
up keyed 0 state "$(cat "$work/b.pub")" 4 > /dev/null
check "a key with a time is let in" lets_in "$work/b"
check "the file says until when" grep -qE '^expiry-time="[0-9]{14}Z" ssh-ed25519 \S+ b$' "$keys_file"
check "and no longer than that" ends 10 "$work/b"
check "it is the one key that is refused" eval 'up keyed > "$work/answer" && lets_in "$work/key"'
check "an expired key is taken out of the file" equals 1 eval 'grep -c . "$keys_file"'
up keyed 0 state "$(cat "$work/b.pub")" 60 > /dev/null
check "an up lets it in again" lets_in "$work/b"
up keyed 0 state "$(cat "$work/b.pub")" 3600 > /dev/null
check "an up gives another time, not another line" equals 1 grep -c ' b$' "$keys_file"
up keyed 0 state "$(cat "$work/b.pub")" 0 > /dev/null
check "a time of 0 is without end" equals "$(cat "$work/b.pub")" grep ' b$' "$keys_file"
up keyed 0 state "$(cat "$work/b.pub")" 2 > /dev/null
open_session_goes_on() { equals yes timeout 30 ssh "${ssh_options[@]/$work\/key/$work/b}" root@server 'sleep 4; echo yes'; }
check "a session that is open goes on" open_session_goes_on

# 600 keys, of which the server has never had more than 512
many_keys() {
  local i
  stop keyed
  ssh-keygen -q -t ed25519 -N '' -f "$work/many"
  for i in $(seq 600); do
    # a public key is any 32 bytes
    printf 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI%s many\n' "$(printf '%032d0' "$i" | base64 -w 0 | cut -c 1-43)"
  done > "$work/many.keys"
  install -m 600 "$work/many.keys" "$keys_file"
  start keyed || return 1
  equals 512 grep -c . "$keys_file" && lets_in "$work/key"
}
check "the number of keys is bounded" many_keys
stop keyed
