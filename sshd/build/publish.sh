# shellcheck shell=bash disable=SC2154 # variables of build.sh and its other parts
# Puts the results, and where they come from, into artifacts/sshd/.

size_of() { stat -c %s "$1"; }

# entries PROGRAM ARCHITECTURE...
entries() {
  local program=$1 architecture file separator=''
  shift
  for architecture in "$@"; do
    file=$(directory_of "$program" "$architecture")/$program
    printf '%s\n    "%s": {\n      "sha256": "%s",\n      "size": %s,\n      "gzSha256": "%s",\n      "gzSize": %s\n    }' \
      "$separator" "$architecture" "$(hash_of "$file")" "$(size_of "$file")" "$(hash_of "$file.gz")" "$(size_of "$file.gz")"
    separator=,
  done
}

directory_of() { case $1 in sshd) bundle_directory "$2" ;; busybox) busybox_directory "$2" ;; esac; }

inputs() {
  cat "$cache/sources/SHA256SUMS"
  cd "$here" || exit
  find build.sh build overrides patches -type f | sort | sed 's|^|./|' | xargs sha256sum |
    sed 's|  \./|  sshd/|'
}

manifest() {
  printf '{\n  "openssh": "%s",\n  "openssl": "%s",\n  "mbedtls": "%s",\n  "busybox": "%s",\n' \
    "$(openssh_version)" "$(version_of openssl)" "$(version_of mbedtls)" "$(version_of busybox)"
  printf '  "newestListed": { "openssh": "%s", "openssl": "%s", "mbedtls": "%s", "busybox": "%s" },\n' \
    "$(newest_of openssh)" "$(newest_of openssl)" "$(newest_of mbedtls)" "$(newest_of busybox)"
  printf '  "bundles": {%s\n  },\n' "$(entries sshd "$@")"
  printf '  "shells": {%s\n  },\n' "$(entries busybox "$@")"
  printf '  "compilers": [\n%s\n  ],\n' "$(compilers | sed 's/.*/    "&"/; $!s/$/,/')"
  printf '  "inputs": {\n%s\n  }\n}\n' \
    "$(inputs | sed 's|^\([0-9a-f]*\)  \(.*\)|    "\2": "\1"|; $!s/$/,/')"
}

# Copies only what changed: others may watch or map these files.
put() {
  cmp -s "$1" "$output/$2" || { cp "$1" "$output/$2.new" && mv "$output/$2.new" "$output/$2"; }
}

# BusyBox is under the GPL: its source, and how it was built, goes wherever the program goes (build/release.sh).
publish_source() {
  local file name version
  version=$(version_of busybox)
  mkdir -p "$output/source"
  for file in "$cache"/sources/busybox_*; do
    put "$file" "source/${file##*/}"
  done
  for name in config sh; do
    put "$here/build/busybox.$name" "source/busybox_$version.build.$name"
  done
  for file in "$output"/source/*; do
    [ -e "$cache/sources/${file##*/}" ] || [[ $file = */busybox_"$version".build.* ]] || rm -f "$file"
  done
}

publish() {
  local architecture program directory
  local -a current=()
  mkdir -p "$output"
  for architecture in amd64 arm64; do
    if [ -e "$(bundle_directory "$architecture")/sshd.gz" ] && [ -e "$(busybox_directory "$architecture")/busybox.gz" ]; then
      current+=("$architecture")
    fi
    for program in sshd busybox; do
      directory=$(directory_of "$program" "$architecture")
      if [[ " ${current[*]} " = *" $architecture "* ]]; then
        put "$directory/$program" "$program-$architecture"
        put "$directory/$program.gz" "$program-$architecture.gz"
        chmod 755 "$output/$program-$architecture"
      else
        # of other sources than the manifest says
        rm -f "$output/$program-$architecture" "$output/$program-$architecture.gz"
      fi
    done
  done
  publish_source
  manifest "${current[@]}" > "$cache/manifest.json"
  put "$cache/manifest.json" manifest.json
}
