# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# Where the program works: only below directories that nobody else can write to or exchange.

container_options=()
container_environment=(PATH=/bin)
place() { sshd_in "$1" "$bundle" place; }

# misplaced TEXT: `place` refuses with this, and so do the commands that write or signal
misplaced() {
  equals "error place $1" place placed && equals "error place $1" up placed && \
    equals "error place $1" sshd_in placed "$bundle" session state 60 - "$key" && \
    equals "error place $1" sshd_in placed "$bundle" down state all
}
by_others='can be written by others, who could replace what is in it'
make_container placed 0
check "place: a directory that is ours alone" equals ok place placed
check "place: wants no more words" equals 'error usage sshd place' sshd_in placed "$bundle" place here

# What an emptyDir at /tmp is: 0777 without the sticky bit, so that anybody can rename /tmp/sshpod.
chmod 0777 "$work/placed/tmp"
check "refuses a /tmp without the sticky bit" misplaced "/tmp $by_others"
chmod 0775 "$work/placed/tmp"
check "refuses a /tmp of a group" misplaced "/tmp $by_others"
chmod 1777 "$work/placed/tmp"
chmod 757 "$work/placed"
check "refuses a root directory that others may write to" misplaced "/ $by_others"
chmod 755 "$work/placed"
chown 1001 "$work/placed/tmp"
check "refuses a /tmp of another user" misplaced '/tmp belongs to another user'
chown 0 "$work/placed/tmp"
chmod 770 "$work/placed/tmp/sshpod"
check "refuses a parent that others may write to" misplaced '/tmp/sshpod can be written by others'
chmod 1777 "$work/placed/tmp/sshpod"
check "refuses a parent that others may write to, sticky or not" misplaced '/tmp/sshpod can be written by others'
chmod 700 "$work/placed/tmp/sshpod"
chmod 720 "$work/placed$bundle"
check "refuses a bundle that others may write to" misplaced "$bundle can be written by others"
chmod 700 "$work/placed$bundle"
chown 1001 "$work/placed$bundle"
check "refuses somebody else's bundle" misplaced "$bundle belongs to another user"
chown 0 "$work/placed$bundle"
check "writes nothing where it refuses" equals sshd ls "$work/placed$bundle"

# An emptyDir that no other container mounts, says the script.
chmod 0777 "$work/placed/tmp"
container_environment=(PATH=/bin SSHPOD_PRIVATE=1)
check "root does not share it with the other users of its own container" misplaced "/tmp $by_others"
chmod -R go+rX "$work/placed"
chown -R 1001:1001 "$work/placed/tmp/sshpod"
container_options=(--gid=1001 --uid=1001)
check "who is not root is alone in its container" equals ok place placed
container_environment=(PATH=/bin SSHPOD_PRIVATE=0)
check "unless the script says otherwise" misplaced "/tmp $by_others"
container_environment=(PATH=/bin SSHPOD_PRIVATE=1)
chmod 770 "$work/placed/tmp/sshpod"
check "its own directories must be closed all the same" misplaced '/tmp/sshpod can be written by others'
chmod 700 "$work/placed/tmp/sshpod"
check "a private open /tmp: up" start placed
check "a private open /tmp: the agent's socket may be in it" agent_forwarded app /tmp placed
stop placed

# /tmp is open, but the server is elsewhere.
container_options=()
container_environment=(PATH=/bin)
make_container elsewhere 0
mv "$work/elsewhere/tmp/sshpod" "$work/elsewhere/srv"
chmod 0777 "$work/elsewhere/tmp"
bundle=/srv/b
check "an open /tmp: up elsewhere" start elsewhere
check "an open /tmp: the agent's socket is not in it" agent_forwarded root /srv/b/.agent
check "an open /tmp: nor is that of another user" agent_forwarded app /srv/b/.agent
stop elsewhere
# It may be a volume of another container's, which the program is not told.
chmod 1777 "$work/elsewhere/tmp"
check "a /tmp where the server is not: up" start elsewhere
check "a /tmp where the server is not: the agent's socket is not in it" agent_forwarded root /srv/b/.agent
stop elsewhere
bundle=/tmp/sshpod/b

# The directories are exchanged after they have been looked at: what was looked at is what is used.
container_options=()
container_environment=(PATH=/bin)
make_container exchanged 0
check "exchanged: up" start exchanged
mv "$work/exchanged/tmp/sshpod" "$work/exchanged/tmp/away"
cp -a "$work/exchanged/tmp/away" "$work/exchanged/tmp/sshpod"
ssh-keygen -q -t ed25519 -N '' -f "$work/planted"
cp "$work/planted.pub" "$work/exchanged$bundle/state/authorized_keys"
cp "$work/planted" "$work/exchanged$bundle/state/host_key"
check "exchanged: the planted key is refused" eval '! timeout 30 ssh "${ssh_options[@]/$work\/key/$work/planted}" root@server true'
up_in_the_old_place() { sshd_in exchanged /tmp/away/b up state 0 60 - "$key"; }
check "exchanged: the server is still that of its directory" cmp "$work/answer" <(up_in_the_old_place)
check "exchanged: and lets in who it did" gives 0 remote root true
stop exchanged /tmp/away/b/state
