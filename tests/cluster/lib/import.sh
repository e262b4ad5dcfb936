# From archives to containerd. A label remembers the stamp, since containerd's store may be older or newer than them.

images_imported() {
  local name known
  # references with their labels
  known=$(store images list | awk '{ print $1, $NF }')
  for name in $(image_names); do image_is_imported "$name" "$known" || image_import "$name"; done
}

image_is_imported() {
  grep -qE "^$(cat "$IMAGES/$1/reference") (.*,)?sshpod.stamp=$(cat "$IMAGES/$1/stamp")(,|$)" <<<"$2"
}

# As `docker save` would write it.
image_archive() { (cd "$IMAGES/$1" && tar -c manifest.json config.json ./*.tar --transform 's#^\./##'); }

image_import() {
  local name=$1 reference
  reference=$(cat "$IMAGES/$name/reference")
  image_archive "$name" | store images import - >/dev/null
  store images label "$reference" "sshpod.stamp=$(cat "$IMAGES/$name/stamp")" >/dev/null
}
