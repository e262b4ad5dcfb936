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
