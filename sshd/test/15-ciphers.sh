# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the container expands; test.sh and its parts share variables
# Still the container of 10-root.sh. The client's libcrypto is not ours: what both agree on is right.

# Each way once, with new keys after each 256 KiB, and packets of every kind of length.
passes_with() {
  local length
  # shellcheck disable=SC2094 # both read
  remote_stdin root -c "$1" -o RekeyLimit=256K cat < "$work/data" | cmp - "$work/data" || return 1
  for length in 1 15 16 17 31 32 33 63 64 65 127 128 129 255 256 257 511 512 513 1000 4095 4097; do
    head -c "$length" "$work/data"
    sleep 0.005
  done | tee "$work/lengths" | remote_stdin root -c "$1" cat > "$work/returned" && cmp "$work/returned" "$work/lengths"
}

# A proxy turns around a byte of what the client encrypts, long after both have keys.
refuses_tampering_with() {
  local options=("${ssh_options[@]/nc /{ head -c 100000; head -c 1 | tr '\\000-\\377' '\\001-\\377\\000'; cat; } | nc }")
  gives 255 bash -c '"$@" < "$0"' "$work/data" timeout 30 ssh "${options[@]}" -c "$1" root@server cat
}

ciphers=(chacha20-poly1305@openssh.com aes128-ctr)
if grep -qw pclmulqdq /proc/cpuinfo && grep -qw aes /proc/cpuinfo; then
  ciphers+=(aes128-gcm@openssh.com aes256-gcm@openssh.com)
else
  echo "# this processor has no instructions for AES-GCM: the server must not offer it"
  check "AES-GCM is not offered" gives 255 remote root -c aes128-gcm@openssh.com true
fi
for cipher in "${ciphers[@]}"; do
  check "8 MB pass both ways with $cipher" passes_with "$cipher"
  check "a byte changed on the way ends the connection with $cipher" refuses_tampering_with "$cipher"
done

# What the server lists for key exchange, as ssh shows it; without the two entries that are no exchanges.
offered_exchanges() {
  remote root -vv true 2>&1 < /dev/null | sed -n '/peer server KEXINIT/,$s/^debug2: KEX algorithms: //p' | head -n 1 |
    tr -d '\r' | tr ',' '\n' | grep -vx 'ext-info-s\|kex-strict-s-v00@openssh.com'
}
check "the exchanges of FIPS 140 are offered last" equals \
  $'curve25519-sha256@libssh.org\necdh-sha2-nistp256\ndiffie-hellman-group14-sha256' tail -n 3 <(offered_exchanges)

# Each way 2 MB, with a key exchange after each 16 KiB: values with zero bytes in front and with a first bit set are among them.
exchanges_with() {
  head -c 2000000 "$work/data" > "$work/through"
  # shellcheck disable=SC2094 # both read
  remote_stdin root -v -o "KexAlgorithms=$1" -o RekeyLimit=16K cat < "$work/through" 2> "$work/exchanges" |
    cmp - "$work/through" || return 1
  [ "$(grep -c 'SSH2_MSG_NEWKEYS received' "$work/exchanges")" -ge 50 ]
}
# What FIPS 140 allows, as Red Hat's policy of that name lists it, but for the types of host keys.
fips_ciphers=aes256-gcm@openssh.com,aes256-ctr,aes128-gcm@openssh.com,aes128-ctr
fips_macs=hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512
for exchange in ecdh-sha2-nistp256 diffie-hellman-group14-sha256; do
  check "a client with $exchange alone gets in" gives 0 remote root -o "KexAlgorithms=$exchange" true
  check "2 MB pass both ways with a hundred exchanges by $exchange" exchanges_with "$exchange"
  for cipher in ${fips_ciphers//,/ }; do
    case ${ciphers[*]} in *gcm*) ;; *) case $cipher in *gcm*) continue ;; esac ;; esac
    check "a client with $exchange, $cipher and hmac-sha2-256 alone gets in" gives 0 remote root -o "KexAlgorithms=$exchange" \
      -c "$cipher" -m hmac-sha2-256 true
  done
done
check "a FIPS client with the lists of its policy gets in" gives 0 remote root -c "$fips_ciphers" -m "$fips_macs" -o \
  KexAlgorithms=ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group14-sha256,diffie-hellman-group16-sha512

# The log stays as it was: a process that ends by a signal, of a crash or of seccomp, leaves a line there.
refuses_values_of() {
  local log=$work/root/tmp/sshpod/b/state/log
  cp "$log" "$work/log.before"
  timeout 60 /usr/bin/python3 "$here/test/protocol.py" exchange "$port" "$1" && diff "$work/log.before" "$log"
}
if /usr/bin/python3 -c 'import paramiko' 2> /dev/null; then
  for exchange in ecdh-sha2-nistp256 diffie-hellman-group14-sha256; do
    check "bad values in $exchange end the connection, and nothing else" refuses_values_of "$exchange"
    check "after them, a client with $exchange gets in" gives 0 remote root -o "KexAlgorithms=$exchange" true
  done
else
  echo "# bad values in a key exchange were not tested: needs python3-paramiko"
fi
