# shellcheck shell=bash disable=SC2154 # variables of build.sh and its other parts
# Compiles what the bundle takes from OpenSSL's libcrypto: the assembler of ChaCha20, Poly1305 and AES-GCM, and the few C files
# around it. overrides/chacha.c and overrides/gcm.c call it. README.md tells why it is not all of libcrypto.

# cpuid and armcap find out what the processor can do; ctype is of use to cpuid.
crypto_objects() {
  case $1 in
    amd64) printf 'crypto/%s.o ' aes/libcrypto-lib-aesni-x86_64 chacha/libcrypto-lib-chacha-x86_64 \
      modes/libcrypto-lib-gcm128 modes/libcrypto-lib-ghash-x86_64 modes/libcrypto-lib-aesni-gcm-x86_64 \
      poly1305/libcrypto-lib-poly1305 poly1305/libcrypto-lib-poly1305-x86_64 \
      libcrypto-lib-cpuid libcrypto-lib-ctype libcrypto-lib-x86_64cpuid ;;
    arm64) printf 'crypto/%s.o ' aes/libcrypto-lib-aesv8-armx chacha/libcrypto-lib-chacha-armv8 \
      chacha/libcrypto-lib-chacha-armv8-sve modes/libcrypto-lib-gcm128 modes/libcrypto-lib-ghashv8-armx \
      poly1305/libcrypto-lib-poly1305 poly1305/libcrypto-lib-poly1305-armv8 \
      libcrypto-lib-cpuid libcrypto-lib-armcap libcrypto-lib-arm64cpuid ;;
  esac
}

crypto_target() {
  case $1 in
    amd64) echo linux-x86_64 ;;
    arm64) echo linux-aarch64 ;;
  esac
}

crypto_directory() {
  local key
  key=$({ echo "$1"; sums_of openssl musl-dev linux-libc-dev; compilers; } |
    key_of build/crypto.sh build/toolchain.sh build/musl.specs)
  printf '%s/crypto-%s-%s' "$cache" "$1" "$key"
}

# Of the source only what is needed for this: the tests alone are half of it.
build_crypto() {
  local architecture=$1 directory gnu
  directory=$(crypto_directory "$architecture")
  [ ! -e "$directory/done" ] || return 0
  say "compiling OpenSSL $(version_of openssl) for $architecture"
  rm -rf "$cache/crypto-$architecture"-*
  gnu=$(triplet "$architecture")
  make_toolchain "$architecture" "$directory"
  quietly dpkg-source --no-check -x "$cache"/sources/openssl_*.dsc "$directory/source"
  (
    cd "$directory/source" || exit
    # armcap.c knows only of glibc that it has getauxval, and would try instructions until one traps.
    sed -i '1i #include <sys/auxv.h>' crypto/armcap.c
    quietly ./Configure "$(crypto_target "$architecture")" no-shared no-module no-dso no-threads no-apps no-docs no-tests \
      "CC=$gnu-gcc -specs $directory/specs" \
      "CFLAGS=$(compile_flags "$directory/source") -DOSSL_IMPLEMENT_GETAUXVAL"
    quietly make -j "$(nproc)" build_generated
    # shellcheck disable=SC2046 # a list of names
    quietly make -j "$(nproc)" $(crypto_objects "$architecture")
    # What is not read again: everything but objects and headers.
    find . -type f ! -name '*.o' ! -name '*.h' -delete
  )
  touch "$directory/done"
}
