# Images are made here and imported, since no registry is to be reached. images/NAME.sh is the recipe of
# localhost/NAME:TAG. It sets `tag` and `config` (the image's configuration as JSON), for an image on top of another
# `from` (that one's name), and defines rootfs, which fills the current folder.

image_names() { (cd "$HERE/images" && printf '%s\n' *.sh | sed 's/\.sh$//'); }

image_from() { sed -n 's/^from=//p' "$HERE/images/$1.sh"; }

# The recipe, what all recipes use, and the image it stands on.
image_stamp() {
  local from
  from=$(image_from "$1")
  { cat "$HERE/images/$1.sh" "$HERE"/lib/{images,rootfs,busybox}.sh "$HERE/pause.c"
    if [ -n "$from" ]; then image_stamp "$from"; fi; } | sha256sum | cut -c1-16
}

image_is_built() { [ "$(cat "$IMAGES/$1/stamp" 2>/dev/null)" = "$(image_stamp "$1")" ]; }

images_made() {
  local name
  for name in $(image_names); do image_made "$name"; done
}

image_made() {
  local from
  from=$(image_from "$1")
  [ -z "$from" ] || image_made "$from"
  image_is_built "$1" || step "image $1" image_build "$1"
}

# $IMAGES/NAME holds the parts of a docker archive. Only complete ones get there.
image_build() {
  local name=$1 work=$IMAGES/.$1 from='' tag config
  # shellcheck source=/dev/null
  . "$HERE/images/$name.sh"
  rm -rf "$work" && mkdir -p "$work/rootfs"
  [ -z "$from" ] || tar -C "$work/rootfs" -xf "$IMAGES/$from/layer.tar"
  (cd "$work/rootfs" && umask 022 && rootfs) >"$LOG/image-$name.log" 2>&1
  if [ -n "$from" ]; then
    ln "$IMAGES/$from/layer.tar" "$work/base.tar"
    only_what_differs
  fi
  tar -C "$work/rootfs" --sort=name --numeric-owner -cf "$work/layer.tar" .
  rm -rf "$work/rootfs"
  describe
  image_stamp "$name" >"$work/stamp"
  rm -rf "${IMAGES:?}/$name" && mv "$work" "$IMAGES/$name"
}

# The second layer. What the recipe removed from the first stays visible; no recipe needs more.
only_what_differs() {
  mkdir "$work/base" && tar -C "$work/base" -xf "$work/base.tar"
  rsync -aH --compare-dest="$work/base/" "$work/rootfs/" "$work/difference/"
  (cd "$work/difference" && find . -mindepth 1 -depth -type d -empty) | while read -r folder; do
    [ ! -d "$work/base/$folder" ] || rmdir "$work/difference/$folder"
  done
  rm -rf "$work/base" "$work/rootfs" && mv "$work/difference" "$work/rootfs"
}

describe() {
  local layer layers='' digests=''
  for layer in base.tar layer.tar; do
    [ -f "$work/$layer" ] || continue
    layers+="${layers:+,}\"$layer\""
    digests+="${digests:+,}\"sha256:$(sha256sum "$work/$layer" | cut -d' ' -f1)\""
  done
  echo "localhost/$name:$tag" >"$work/reference"
  echo "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":$config,\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[$digests]}}" \
    >"$work/config.json"
  echo "[{\"Config\":\"config.json\",\"RepoTags\":[\"localhost/$name:$tag\"],\"Layers\":[$layers]}]" >"$work/manifest.json"
}
