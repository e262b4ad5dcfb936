# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# What the server lets nobody do, whatever the client asks for.

make_container configured 0
start configured

# Every socket that listens on this port, as the kernel lists it: 0100007F is 127.0.0.1, 0A is listening.
listening() { awk -v port=":$(printf %04X "$port")" '$2 ~ port "$" && $4 == "0A" { print $2 }' /proc/net/tcp /proc/net/tcp6; }
check "it listens on 127.0.0.1 alone" equals "0100007F:$(printf %04X "$port")" listening

for n in $(seq 12); do
  ssh-keygen -q -t ed25519 -N '' -f "$work/wrong.$n"
done
# The right key comes after so many wrong ones.
after_wrong_keys() {
  local n options=()
  for n in $(seq "$1"); do options+=(-i "$work/wrong.$n"); done
  timeout 30 ssh "${ssh_options[@]/$work\/key/$work/wrong.1}" "${options[@]}" -i "$work/key" -o IdentityAgent=none root@server true
}
check "the right key may come after those of a full agent" gives 0 after_wrong_keys 12

up configured > /dev/null	# it has refused keys, and would hang up on who has not asked
no_matching() { grep -q "no matching $1 found" <(remote root -v "${@:2}" true 2>&1); }
check "an old key exchange is refused" no_matching 'key exchange method' -o KexAlgorithms=diffie-hellman-group14-sha1
check "an old cipher is refused" no_matching cipher -c aes128-cbc
check "an old MAC is refused" no_matching MAC -c aes128-ctr -m hmac-sha1
check "an old type of host key is refused" no_matching 'host key type' -o HostKeyAlgorithms=rsa-sha2-256

mkdir -p "$work/configured/root/.ssh"
echo FORGED=1 > "$work/configured/root/.ssh/environment"
echo 'touch /tmp/rc-has-run' > "$work/configured/root/.ssh/rc"
check "a user's environment file is not read" equals '' remote root 'echo $FORGED'
check "a user's rc file is not run" test ! -e "$work/configured/tmp/rc-has-run"

# What shows only after minutes, or with a program that is not there.
# It is nowhere but in the server's memory.
effective() {
  local fds
  fds=/proc/$(listener_of configured)/fd
  install -m 600 "$work/key" "$work/configured/tmp/any_key"
  sed 's|^HostKey .*|HostKey /tmp/any_key|' "$(find "$fds" -lname '/memfd:sshd_config*')" > "$work/configured/tmp/sshd_config"
  run_in configured /tmp/sshpod/b/sshd -T -f /tmp/sshd_config
}
effective > "$work/effective"
host_key_files() { find "/proc/$(listener_of configured)/fd" -lname '*host_key*'; }
check "the server does not keep the host key's file open" equals '' host_key_files
for line in 'authenticationmethods publickey' 'passwordauthentication no' 'kbdinteractiveauthentication no' 'hostbasedauthentication no' \
  'x11forwarding no' 'permittunnel no' 'gatewayports no' 'clientaliveinterval 0' 'logingracetime 30'; do
  check "the configuration says $line" grep -qxiF "$line" "$work/effective"
done
stop configured
