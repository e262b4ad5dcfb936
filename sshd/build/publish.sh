# shellcheck shell=bash disable=SC2154 # variables of build.sh and its other parts
# Puts the results, and where they come from, into artifacts/sshd/.

size_of() { stat -c %s "$1"; }

bundle_entries() {
  local architecture directory separator=''
  for architecture in "$@"; do
    directory=$(bundle_directory "$architecture")
    printf '%s\n    "%s": {\n      "sha256": "%s",\n      "size": %s,\n      "gzSha256": "%s",\n      "gzSize": %s\n    }' \
      "$separator" "$architecture" "$(hash_of "$directory/sshd")" "$(size_of "$directory/sshd")" \
      "$(hash_of "$directory/sshd.gz")" "$(size_of "$directory/sshd.gz")"
    separator=,
  done
}

inputs() {
  cat "$cache/sources/SHA256SUMS"
  cd "$here" || exit
  find build.sh build overrides patches -type f | sort | sed 's|^|./|' | xargs sha256sum |
    sed 's|  \./|  sshd/|'
}

manifest() {
  printf '{\n  "openssh": "%s",\n  "openssl": "%s",\n  "mbedtls": "%s",\n' \
    "$(openssh_version)" "$(version_of openssl)" "$(version_of mbedtls)"
  printf '  "newestListed": { "openssh": "%s", "openssl": "%s", "mbedtls": "%s" },\n' \
    "$(newest_of openssh)" "$(newest_of openssl)" "$(newest_of mbedtls)"
  printf '  "bundles": {%s\n  },\n' "$(bundle_entries "$@")"
  printf '  "compilers": [\n%s\n  ],\n' "$(compilers | sed 's/.*/    "&"/; $!s/$/,/')"
  printf '  "inputs": {\n%s\n  }\n}\n' \
    "$(inputs | sed 's|^\([0-9a-f]*\)  \(.*\)|    "\2": "\1"|; $!s/$/,/')"
}

# Copies only what changed: others may watch or map these files.
put() {
  cmp -s "$1" "$output/$2" || { cp "$1" "$output/$2.new" && mv "$output/$2.new" "$output/$2"; }
}

publish() {
  local architecture directory
  local -a current=()
  mkdir -p "$output"
  for architecture in amd64 arm64; do
    directory=$(bundle_directory "$architecture")
    if [ -e "$directory/sshd.gz" ]; then
      current+=("$architecture")
      put "$directory/sshd" "sshd-$architecture"
      put "$directory/sshd.gz" "sshd-$architecture.gz"
      chmod 755 "$output/sshd-$architecture"
    else
      # of other sources than the manifest says
      rm -f "$output/sshd-$architecture" "$output/sshd-$architecture.gz"
    fi
  done
  manifest "${current[@]}" > "$cache/manifest.json"
  put "$cache/manifest.json" manifest.json
}
