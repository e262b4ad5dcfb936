# shellcheck shell=bash disable=SC2154 # variables of build.sh and its other parts
# Links sshd, sshd-session, sshd-auth and our own sources into one executable.
#
# The three programs share nearly all their objects. What stands in the way of one executable are
# the names that more than one of sshd.c, sshd-session.c and sshd-auth.c defines:
#  - functions are renamed to PROGRAM_NAME; overrides/programs.c passes calls on to the right one;
#  - variables become one variable, since a process is only ever one of the programs;
#  - sensitive_data has a different type in each, and is used by nobody else: it becomes local.
# A name that a newer OpenSSH adds makes the link fail, it does not go unnoticed.

split_functions=(cleanup_exit get_hostkey_by_index get_hostkey_index get_hostkey_private_by_type
  get_hostkey_public_by_index get_hostkey_public_by_type mm_is_monitor sshd_hostkey_sign)

# "size name" of each global variable
variables_of() {
  "$gnu-nm" -S "$1" | awk '$3 ~ /^[BD]$/ && $4 != "sensitive_data" { print $2, $4 }' | sort -k 2
}

# Variables of FILE that sshd-session.c has too; of the same size, or they cannot be one.
shared_variables() {
  join -1 2 -2 2 <(variables_of "$1") <(variables_of sshd-session.o) |
    while read -r name size other; do
      [ "$size" = "$other" ] || die "$name differs between $1 and sshd-session.o"
      echo "$name"
    done
}

# Copies the object of one program to DIRECTORY with the names taken apart.
take_apart() {
  local file=$1 prefix=$2 directory=$3 name
  local -a options=(--localize-symbol=sensitive_data "--redefine-sym=main=${file//-/_}_main")
  for name in "${split_functions[@]}"; do
    options+=("--redefine-sym=$name=${prefix}_$name")
  done
  # overrides/connections.c keeps count of the connections.
  [ "$file" != sshd ] || options+=(--redefine-sym=fork=connections_fork)
  if [ "$file" != sshd-session ]; then
    for name in $(shared_variables "$file.o"); do
      options+=("--weaken-symbol=$name")
    done
  fi
  "$gnu-objcopy" "${options[@]}" "$file.o" "$directory/$file.o"
}

compile_overrides() {
  local directory=$1 architecture=$2 source
  local -a include
  for source in "$here"/overrides/*.c; do
    include=()
    # Only these speak OpenSSH's types; its headers would hide the functions that others replace.
    ! grep -q '"includes.h"' "$source" ||
      include=(-I. -Iopenbsd-compat -DHAVE_CONFIG_H -Wno-sign-compare)
    ! grep -q '"crypto/' "$source" ||
      include+=("-I$crypto/include" "-I$crypto/crypto" -DAES_ASM -DOPENSSL_CPUID_OBJ -DOPENSSL_SUPPRESS_DEPRECATED)
    # shellcheck disable=SC2207 # a list of flags
    ! grep -qE '"(mbedtls|psa|p256-m)/' "$source" || include+=($(mbedtls_flags "$mbedtls") "-I$mbedtls/3rdparty")
    # shellcheck disable=SC2046 # a list of flags
    "$gnu-gcc" -specs "$specs" $(compile_flags "$here") -Wall -Wextra -Werror \
      -D_GNU_SOURCE -DARCHITECTURE="\"$architecture\"" -DOPENSSH_VERSION="\"$(openssh_version)\"" \
      -DSSH_PRIVSEP_USER='"sshpod:separation"' "${include[@]}" \
      -c "$source" -o "$directory/sshpod-$(basename "$source" .c).o"
  done
}

link_bundle() {
  local architecture=$1 directory=$2
  local -a objects wrapped
  take_apart sshd listener "$directory"
  take_apart sshd-session session "$directory"
  take_apart sshd-auth auth "$directory"
  compile_overrides "$directory" "$architecture"
  mapfile -t objects < <(openssh_objects | grep -v '^sshd\(-session\|-auth\)\?\.o$')
  # overrides/keys.c and logins.c stand between parts of sshd-session.
  wrapped=("-Wl,--wrap="{auth_openkeyfile,auth_log})
  # shellcheck disable=SC2046 # a list of names
  "$gnu-gcc" -specs "$specs" "$link_flags" "${wrapped[@]}" -o "$directory/sshd" \
    "$directory"/*.o $(crypto_objects "$architecture" | sed "s|crypto/|$crypto/&|g") "${mbedtls_objects[@]/#/$mbedtls/}" \
    "${objects[@]}" libssh.a openbsd-compat/libopenbsd-compat.a
  "$gnu-strip" --strip-all "$directory/sshd"
}

bundle_directory() {
  printf '%s/bundle-%s-%s' "$cache" "$1" \
    "$({ openssh_directory "$1"; crypto_directory "$1"; mbedtls_directory "$1"; } | key_of overrides build build.sh)"
}

build_bundle() {
  local architecture=$1 directory openssh crypto mbedtls specs gnu
  directory=$(bundle_directory "$architecture")
  [ ! -e "$directory/sshd.gz" ] || return 0
  say "linking the bundle for $architecture"
  openssh=$(openssh_directory "$architecture")
  crypto=$(crypto_directory "$architecture")/source
  mbedtls=$(mbedtls_directory "$architecture")/source
  specs=$openssh/specs gnu=$(triplet "$architecture")
  rm -rf "$cache/bundle-$architecture"-*
  mkdir -p "$directory"
  (cd "$openssh/source" && link_bundle "$architecture" "$directory")
  rm -f "$directory"/*.o
  compress "$directory/sshd" "$directory/sshd.gz"
}

# Decompresses like gzip -9n, which it is 4 % smaller than; writes no name and no time.
compress() {
  zopfli -c "$1" > "$2.new"
  mv "$2.new" "$2"
}
