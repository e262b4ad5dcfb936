# shellcheck shell=bash disable=SC2154 # variables of build.sh and its other parts
# Compiles what the bundle takes from Mbed TLS: P-256, and Diffie-Hellman with the arithmetic under it. overrides/kex_p256.c and
# overrides/kex_group14.c call it; overrides/mbedtls_config.h is its configuration. README.md tells why Mbed TLS.

mbedtls_objects=(p256-m.o dhm.o bignum.o bignum_core.o constant_time.o platform_util.o)

# Flags for these files, and for those that include its headers. SOURCE is where it is.
mbedtls_flags() {
  printf '%s ' "-I$1/include" "-I$here/overrides" '-DMBEDTLS_CONFIG_FILE=<mbedtls_config.h>'
}

mbedtls_directory() {
  local key
  key=$({ echo "$1"; sums_of mbedtls musl-dev linux-libc-dev; compilers; } |
    key_of build/mbedtls.sh build/toolchain.sh build/musl.specs overrides/mbedtls_config.h)
  printf '%s/mbedtls-%s-%s' "$cache" "$1" "$key"
}

build_mbedtls() {
  local architecture=$1 directory object
  directory=$(mbedtls_directory "$architecture")
  [ ! -e "$directory/done" ] || return 0
  say "compiling Mbed TLS $(version_of mbedtls) for $architecture"
  rm -rf "$cache/mbedtls-$architecture"-*
  make_toolchain "$architecture" "$directory"
  quietly dpkg-source --no-check -x "$cache"/sources/mbedtls_*.dsc "$directory/source"
  (
    cd "$directory/source" || exit
    for object in "${mbedtls_objects[@]}"; do
      # -Os: as fast, and a quarter smaller
      # shellcheck disable=SC2046 # lists of flags
      quietly "$(triplet "$architecture")-gcc" -specs "$directory/specs" $(compile_flags "$directory/source") -Os \
        $(mbedtls_flags .) -c "$(find library 3rdparty/p256-m -name "${object%.o}.c")" -o "$object"
    done
    # What is not read again: everything but objects and headers.
    find . -type f ! -name '*.o' ! -name '*.h' -delete
  )
  touch "$directory/done"
}
