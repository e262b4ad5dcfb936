# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# The life of a server, and what "up" refuses.

container_options=()
container_environment=(PATH=/bin)

twenty_ups() {
  local i pids=()
  for i in $(seq 20); do
    ssh-keygen -q -t ed25519 -N '' -C "key $i" -f "$work/key.$i"
  done
  for i in $(seq 20); do
    up crowd 0 state "$(cat "$work/key.$i.pub")" > "$work/answer.$i" &
    pids+=($!)
  done
  wait "${pids[@]}"
  for i in $(seq 20); do
    # all but the line that is each client's own
    equals '' diff <(grep -v ^resume-key "$work/answer.1") <(grep -v ^resume-key "$work/answer.$i") || return 1
    grep -qF " $(cat "$work/key.$i.pub")" "$work/crowd/tmp/sshpod/b/state/authorized_keys" || return 1
  done
  equals 20 grep -c . "$work/crowd/tmp/sshpod/b/state/authorized_keys"
  equals ok tail -n 1 "$work/answer.1" || return 1
  equals 20 eval 'cat "$work"/answer.{?,??} | grep ^resume-key | sort -u | wc -l'
}
make_container crowd 0
check "20 at once: one server, one host key, every key" twenty_ups
start crowd
cp "$work/answer" "$work/before"
kill -9 "$(listener_of crowd)"
check "after kill -9: starts again" start crowd
check "after kill -9: the same host key" equals '' \
  diff <(grep host-key "$work/before") <(grep host-key "$work/answer")
check "after kill -9: works" gives 0 remote root true
kill -STOP "$(listener_of crowd)"
check "one that hangs is replaced" start crowd
check "one that hangs is replaced: works" gives 0 remote root true
cp "$work/answer" "$work/before"
echo broken > "$work/crowd/tmp/sshpod/b/state/host_key"
check "a broken host key does not disturb the running server" cmp "$work/answer" <(up crowd)
kill "$(listener_of crowd)"
sleep 0.3
check "a server that is told to leave removes its port" test ! -e "$work/crowd/tmp/sshpod/b/state/port"
check "a broken host key is replaced" start crowd
check "a broken host key is replaced: works" gives 0 remote root true
stop crowd

# A process that has ended counts as gone, whether or not its parent has noticed.
gone() {
  local i
  for i in $(seq 20); do
    ! grep -qs '^State:.[^Z]' "/proc/$1/status" || { sleep 0.1; continue; }
    return 0
  done
  return 1
}
make_container idle 0
start idle 3
pid=$(listener_of idle)
check "not idle while connected" equals yes remote root 'sleep 5; echo yes'
sleep 1
up idle 3 > /dev/null
sleep 2.2
check "up grants the whole time again" kill -0 "$pid"
sleep 1
check "leaves when idle" gone "$pid"
check "leaves no port" test ! -e "$work/idle/tmp/sshpod/b/state/port"
check "comes back" start idle 2
check "comes back: works" gives 0 remote root true
stop idle

# What the server says before anybody says anything to it; empty where it hangs up.
banner() { timeout 5 nc -d -w 3 127.0.0.1 "$port" | head -n 2 | tail -n 1 | tr -d '\r'; }
# the server notices the end of a session a moment after its client does
hangs_up() { for _ in $(seq 80); do equals '' banner && return; sleep 0.1; done; return 1; }

make_container direct 0
start direct
check "the banner ends with the tail of the host key" equals \
  "$(sed -n 's/^host-key .*\(.\{16\}\)$/\1/p' "$work/answer")" eval 'banner | sed "s/.* //"'
rm "$work/direct$bundle/sshd"
echo damaged > "$work/direct$bundle/sshd"
check "sessions run what the server runs, not what its file has become" gives 0 remote root true
install -m 700 "$bundles/sshd-amd64" "$work/direct/tmp/sshpod/b/sshd"
check "nothing is written beside the program" equals 'sshd state' \
  bash -c 'cd "$0" && echo *' "$work/direct$bundle"
other_key_refused 2> /dev/null
# For a moment after an "up", whoever is refused keeps nobody else out.
check "after a refused key: serves who has just come through up" eval '[ -n "$(banner)" ]'
check "after a refused key: hangs up" hangs_up
up direct > /dev/null
check "after a refused key: serves again after an up" gives 0 remote root true
pid=$(listener_of direct)
rm -r "$work/direct/tmp/sshpod/b/state"
check "removed state: hangs up" hangs_up
check "removed state: leaves" gone "$pid"

refuses() {
  local code=$1
  shift
  up "$@" > "$work/refusal" && return 1
  cat "$work/refusal"
  equals 1 grep -c . "$work/refusal" && grep -q "^error $code " "$work/refusal"
}
make_container strict 0
check "refuses another type of key" refuses key strict 0 state 'ssh-rsa AAAA'
check "refuses a cut key" refuses key strict 0 state "${key:0:60}"
check "refuses a second line" refuses key strict 0 state "$key"$'\nssh-rsa AAAA'
check "refuses options before the key" refuses key strict 0 state "no-pty $key"
check "refuses a time that is none" refuses usage strict 5s
check "refuses an access that is none" refuses usage strict 0 state "$key" 1h
check "refuses an unknown option" refuses usage strict 0 state "$key" 60 clean-environment,other
for name in /tmp/sshpod/state ../state .hidden . '' 'a b' '-a' "$(printf '%0200d' 0)"; do
  check "refuses '${name:0:20}' as the name of a state" refuses usage strict 0 "$name"
done
mkdir -m 777 "$work/strict$bundle/open"
check "refuses a state that others may write to" refuses directory strict 0 open
ln -s /root "$work/strict$bundle/link"
check "refuses a link" refuses directory strict 0 link
mkdir -m 700 "$work/strict$bundle/foreign"
chown 1001 "$work/strict$bundle/foreign"
check "refuses somebody else's directory" refuses directory strict 0 foreign
container_mounts='mount -t tmpfs -o size=1250k,mode=755 tmpfs proc/../root && cp -a tmp/sshpod root/sshpod &&
  { dd if=/dev/zero of=root/fill bs=1k 2> /dev/null; true; }'
bundle=/root/sshpod/b
check "says when the disk is full" refuses disk-full strict
bundle=/tmp/sshpod/b
container_mounts=:
