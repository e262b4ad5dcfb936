# The front: exec and port-forward as a current API server serves them, by its own handlers. Debian has these as a library, in
# its unstable suite or else in testing, with a Go that can compile them. The cluster itself is older.

FRONT_SUITES=(sid forky)
FRONT_PORT=6444
FRONT_RECIPE=("$HERE/lib/front.sh" "$HERE"/front/*.go)
KUBECONFIG_FRONT=$DIR/front.conf
# No machine can be expected to have what it is made of: then there is no front. A number that nothing else here exits with.
FRONT_CANNOT_BE_HAD=75

front-up() {
  node_exists || fail "is not up"
  front_made
  if ! front_answers 2>/dev/null; then
    local pid
    pid=$(cat "$RUN/front.pid" 2>/dev/null) && in_node kill "$pid" 2>/dev/null && within 20 front_is_gone "$pid"
    step "front" front_start
  fi
  (umask 077 && sed "s#https://$NODE_IP:6443#https://$NODE_IP:$FRONT_PORT#" "$KUBECONFIG_ADMIN" >"$KUBECONFIG_FRONT")
  say "the front of Kubernetes $(cat "$BIN/front.version") is up: export KUBECONFIG=$KUBECONFIG_FRONT"
}

front-down() {
  local pid
  node_exists && pid=$(cat "$RUN/front.pid" 2>/dev/null) || return 0
  in_node kill "$pid" 2>/dev/null || true
  within 20 front_is_gone "$pid" || fail "process $pid (the front) does not exit"
  rm -f "$RUN/front.pid" "$RUN/front.made"
}

front_start() {
  start front "$BIN/front" -listen "$NODE_IP:$FRONT_PORT" -server "https://$NODE_IP:6443" -version "$(cat "$BIN/front.version")" \
    -authority "$PKI/ca.crt" -certificate "$PKI/apiserver.crt" -administrator "$PKI/admin.crt"
  cp "$DIR/stamps/front" "$RUN/front.made"
  within 20 front_answers || fail "the front does not answer (log: $LOG/front.log)"
}

# The one that was made last, and not one before it.
front_answers() {
  cmp -s "$DIR/stamps/front" "$RUN/front.made" &&
    [ "$(admin --server "https://$NODE_IP:$FRONT_PORT" get --raw /readyz)" = ok ]
}
front_is_gone() { ! in_node test -d "/proc/$1"; }

# What can be fetched may have changed so that it does not compile; then the older suite's is taken.
front_made() {
  local suite fetched=false
  ! is_made front "${FRONT_RECIPE[@]}" || return 0
  mkdir -p "$LOG"
  for suite in "${FRONT_SUITES[@]}"; do
    tried step "front: packages of $suite" front_fetch "$suite"
    ((TRIED == 0)) || continue
    fetched=true
    tried step "front: compiling (minutes, once)" front_compile
    ((TRIED == 0)) || continue
    rm -rf "$DIR/front"
    made front "${FRONT_RECIPE[@]}"
    return 0
  done
  rm -rf "$DIR/front"
  [ $fetched = false ] || fail "the front does not compile (log: $LOG/front-build.log)"
  say "the front cannot be had: no packages of Debian's ${FRONT_SUITES[*]} can be fetched (log: $LOG/front-apt.log)"
  exit $FRONT_CANNOT_BE_HAD
}

# Not `if`: the shell ignores `set -e` inside a condition.
tried() {
  set +e
  (set -e; "$@")
  TRIED=$?
  set -e
}

# An apt configuration of its own, whatever release this machine runs; signatures are verified as everywhere. Everything is
# unpacked and nothing installed: Go code for the most part, 350 MB to fetch and 2.5 GB for as long as it takes to compile.
front_fetch() {
  local work=$DIR/front keyring=/usr/share/keyrings/debian-archive-keyring.gpg archive go
  rm -rf "$work" && mkdir -p "$work"/{apt/lists/partial,apt/archives/partial,archives,root}
  echo "deb [signed-by=$keyring arch=amd64] $(debian_mirror) $1 main" >"$work/apt/sources.list"
  cat >"$work/apt/apt.conf" <<CONF
Dir::Etc::sourcelist "$work/apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State::lists "$work/apt/lists";
Dir::State::status "/dev/null";
Dir::Cache "$work/apt";
APT::Architecture "amd64";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
CONF
  cd "$work/archives"
  export APT_CONFIG=$work/apt/apt.conf
  apt-get update -qq --error-on=any >"$LOG/front-apt.log" 2>&1
  # golang-1.27-go, say: what the suite's golang-go stands for
  go=$(apt-cache depends golang-go | sed -n 's/^ *Depends: \(golang-[0-9.]*-go\)$/\1/p' | head -n 1)
  [ -n "$go" ] || go=$(apt-cache pkgnames golang-1. | grep -E '^golang-1\.[0-9]+-go$' | sort -V | tail -n 1)
  apt-get install --print-uris --no-install-recommends -y -qq golang-k8s-apiserver-dev "$go" 2>>"$LOG/front-apt.log" |
    sed -nE "s/^'[^']*' (golang-[^_]*)_.*/\1/p" | sort >"$work/packages"
  xargs apt-get download -qq <"$work/packages" >>"$LOG/front-apt.log" 2>&1
  find . -name 'golang-k8s-apiserver-dev_*' | sed -E 's/.*_0\.([0-9]+)\.([0-9]+)[^0-9].*/1.\1.\2/' >"$work/version"
  for archive in *.deb; do dpkg-deb -x "$archive" "$work/root" && rm "$archive"; done
}

# apiserver 0.36.4 is Kubernetes 1.36.4.
front_compile() {
  local work=$DIR/front
  GOROOT=$(echo "$work"/root/usr/lib/go-1.*)
  export GOROOT GOPATH=$work/root/usr/share/gocode GOCACHE=$work/cache GO111MODULE=off GOTOOLCHAIN=local CGO_ENABLED=0 HOME=$work
  cd "$HERE/front"
  "$GOROOT/bin/go" build -trimpath -ldflags '-s -w' -o "$work/front" . >"$LOG/front-build.log" 2>&1
  mkdir -p "$BIN"
  # not in place: it may be running
  mv "$work/front" "$BIN/front"
  mv "$work/version" "$BIN/front.version"
}
