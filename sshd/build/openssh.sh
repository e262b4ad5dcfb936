# shellcheck shell=bash disable=SC2154 # variables of build.sh and its other parts
# Compiles OpenSSH's objects. They are kept apart from the bundle, so that a change of our own
# sources does not compile OpenSSH again.

# --without-shadow: accounts locked with "!" (root of many images) would be refused.
# --with-privsep-path: always there, root's, writable by nobody, and empty but for numbers.
# --with-privsep-user: a name that no /etc/passwd can have, so that no login means it.
# --sysconfdir: nothing in the container configures this server.
configure_options=(
  --without-openssl --without-zlib --without-pam --without-selinux --without-shadow
  --without-kerberos5 --without-libedit --without-audit --disable-lastlog --disable-utmp
  --disable-utmpx --disable-wtmp --disable-wtmpx --disable-libutil --disable-pututline
  --disable-pututxline --disable-pkcs11 --without-security-key-builtin --sysconfdir=/nonexistent
  --with-privsep-path=/proc/self/fdinfo --with-privsep-user=sshpod:separation
)

openssh_directory() {
  local key
  key=$({ echo "$1"; sums_of openssh musl-dev linux-libc-dev; compilers; } |
    key_of patches overrides/gcm.h build/openssh.sh build/toolchain.sh build/musl.specs)
  printf '%s/openssh-%s-%s' "$cache" "$1" "$key"
}

# The objects that the three programs are made of, as OpenSSH's Makefile lists them.
openssh_objects() {
  # shellcheck disable=SC2016 # make's variables
  make -s --no-print-directory -f - print-objects <<< 'include Makefile
print-objects: ; @echo $(SSHDOBJS) $(SSHD_SESSION_OBJS) $(SSHD_AUTH_OBJS)' 2> /dev/null |
    tr ' ' '\n' | grep '\.o$' | sort -u
}

build_openssh() {
  local architecture=$1 directory gnu patch
  local -a objects
  directory=$(openssh_directory "$architecture")
  [ ! -e "$directory/done" ] || return 0
  say "compiling OpenSSH $(openssh_version) for $architecture"
  rm -rf "$cache/openssh-$architecture"-*
  gnu=$(triplet "$architecture")
  make_toolchain "$architecture" "$directory"
  quietly dpkg-source --no-check -x "$cache"/sources/openssh_*.dsc "$directory/source"
  (
    cd "$directory/source" || exit
    SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -S Timestamp)
    export SOURCE_DATE_EPOCH
    for patch in "$here"/patches/*.patch; do
      quietly patch -p1 --fuzz=0 -i "$patch"
    done
    cp "$here/overrides/gcm.h" .	# patches/gcm.patch wants it
    touch aclocal.m4 configure config.h.in	# newer than configure.ac, or make wants autoconf
    quietly ./configure --host="${gnu%gnu}musl" "CC=$gnu-gcc -specs $directory/specs" \
      "CFLAGS=$(compile_flags "$directory/source")" "LDFLAGS=$link_flags" "${configure_options[@]}"
    grep -q 'define SANDBOX_SECCOMP_FILTER 1' config.h || die "OpenSSH would have no sandbox"
    mapfile -t objects < <(openssh_objects)
    quietly make -j "$(nproc)" libssh.a openbsd-compat/libopenbsd-compat.a "${objects[@]}"
  )
  touch "$directory/done"
}
