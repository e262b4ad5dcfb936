# A current API server's streaming code in front of the node's API server (front/main.go). Debian has that code in suites that move, and
# with it the Go that compiles it: an apt configuration of its own, and nothing is installed.

FRONT_SUITES=(sid forky)
FRONT_PORT=6444
# What it calls itself: the rights that it asks for are those of this version.
FRONT_VERSION=v1.36.2
FRONT_CONFIG=$RUN/front.conf

# Prints the kubeconfig of a user who may do everything; exit 3 when no suite has the code today.
front() {
  is_up || fail "is not up"
  if ! front_is_made; then
    front_fetched || { say "no streaming code of a current API server can be had today (${FRONT_SUITES[*]}; log: $LOG/front.log)"; exit 3; }
    step "front" make_front
  fi
  front_is_ready || step "front is ready" front_start
  front_config >"$FRONT_CONFIG.new" && chmod 600 "$FRONT_CONFIG.new" && mv "$FRONT_CONFIG.new" "$FRONT_CONFIG"
  echo "$FRONT_CONFIG"
}

front_stamp() { cat "$HERE/lib/front.sh" "$HERE/front/main.go" | sha256sum | cut -c1-16; }
front_is_made() { [ -x "$BIN/front" ] && [ "$(cat "$DIR/stamps/front" 2>/dev/null)" = "$(front_stamp)" ]; }

front_fetched() {
  local suite
  mkdir -p "$LOG"
  for suite in "${FRONT_SUITES[@]}"; do
    if (front_fetch "$suite") >>"$LOG/front.log" 2>&1; then return 0; fi
  done
  return 1
}

# front_fetch SUITE: everything called golang-* that the code needs, unpacked. Called where `set -e` does not hold.
front_fetch() {
  local work=$DIR/build-front keyring=/usr/share/keyrings/debian-archive-keyring.gpg packages
  rm -rf "$work" && mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/archives" "$work/root" || return 1
  echo "deb $([ -f $keyring ] && echo "[signed-by=$keyring] ")$(debian_mirror) $1 main" >"$work/sources.list"
  cat >"$work/apt.conf" <<CONF
Acquire::Languages "none";
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "-";
Dir::Etc::preferencesparts "-";
Dir::State::lists "$work/lists";
Dir::State::status "/dev/null";
Dir::Cache "$work/cache";
APT::Sandbox::User "";
CONF
  export APT_CONFIG=$work/apt.conf
  apt-get update -qq --error-on=any &&
    packages=$(apt-get install -s --no-install-recommends golang-k8s-apiserver-dev golang-go | sed -n 's/^Inst \(golang-[^ ]*\).*/\1/p') &&
    [ -n "$packages" ] || return 1
  # shellcheck disable=SC2086  # names, one a word
  (cd "$work/archives" && apt-get download -qq $packages) || return 1
  local archive
  for archive in "$work"/archives/*.deb; do dpkg-deb -x "$archive" "$work/root" || return 1; done
  rm -rf "$work/archives" "$work/cache" "$work/lists"
}

make_front() {
  local work=$DIR/build-front goroot
  goroot=$(find "$work/root/usr/lib" -maxdepth 1 -name 'go-1.*' | sort -V | tail -n 1)
  (
    cd "$HERE/front"
    export GOROOT=$goroot GOPATH=$work/root/usr/share/gocode GOCACHE=$work/go-cache HOME=$work
    export GO111MODULE=off GOTOOLCHAIN=local GOFLAGS=-trimpath CGO_ENABLED=0
    "$goroot/bin/go" build -ldflags '-s -w' -o "$BIN/front.new" main.go
  ) >>"$LOG/front.log" 2>&1
  # not in place: it may be running
  mv "$BIN/front.new" "$BIN/front"
  mkdir -p "$DIR/stamps" && front_stamp >"$DIR/stamps/front"
  rm -rf "$work"
}

# It is a process of the node, and ends with it. The API server's certificate is for the node's address, whatever the port.
front_start() {
  start front "$BIN/front" --listen="$NODE_IP:$FRONT_PORT" --server="https://$NODE_IP:6443" --authority="$PKI/ca.crt" \
    --certificate="$PKI/apiserver.crt" --key="$PKI/apiserver.key" \
    --admin-certificate="$PKI/admin.crt" --admin-key="$PKI/admin.key" --version="$FRONT_VERSION"
  within 20 front_is_ready || fail "the front does not answer (log: $LOG/front.log)"
}

front_is_ready() {
  [ "$(wget -q -T 2 -O - --ca-certificate="$PKI/ca.crt" "https://$NODE_IP:$FRONT_PORT/readyz" 2>/dev/null)" = ok ]
}

front_config() {
  admin apply -f - >/dev/null <<YAML
{apiVersion: v1, kind: ServiceAccount, metadata: {name: front, namespace: kube-system}}
---
{apiVersion: v1, kind: Secret, type: kubernetes.io/service-account-token,
 metadata: {name: front-token, namespace: kube-system, annotations: {kubernetes.io/service-account.name: front}}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: front},
 roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin},
 subjects: [{kind: ServiceAccount, name: front, namespace: kube-system}]}
YAML
  within 20 front_has_token || fail "the front's user gets no token"
  cat <<YAML
apiVersion: v1
kind: Config
current-context: sshpod-test
contexts:
- name: sshpod-test
  context: {cluster: sshpod-test, user: front}
clusters:
- name: sshpod-test
  cluster:
    server: https://$NODE_IP:$FRONT_PORT
    certificate-authority-data: $(base64 -w0 "$PKI/ca.crt")
users:
- name: front
  user:
    token: $(front_token)
YAML
}

front_token() { admin get secret front-token -n kube-system -o 'jsonpath={.data.token}' | base64 -d; }
front_has_token() { [ -n "$(front_token)" ]; }
