# Kubernetes from Debian's source package, the last in Debian with the whole tree (1.20.2; later ones hold the client only).

KUBERNETES_VERSION=1.20.2
KUBERNETES_PROGRAMS=(kube-apiserver kube-controller-manager kube-scheduler kubelet kubectl)

make_kubernetes() {
  local work=$DIR/build tree=$DIR/build/go/src/k8s.io/kubernetes
  rm -rf "$work" && mkdir -p "$work/go/src/k8s.io"
  debian_unpack "$work" golang-1.19-go golang-1.19-src golang-github-modern-go-reflect2-dev
  debian_source kubernetes "$work/source"
  mv "$work/source/tree" "$tree"
  cd "$tree"
  # The vendored 1.0.1 reads maps as Go up to 1.17 lays them out. With a later Go the API server answers ConfigMaps and
  # Roles with a nil dereference now and then.
  rm -rf vendor/github.com/modern-go/reflect2
  cp -r "$work/usr/share/gocode/src/github.com/modern-go/reflect2" vendor/github.com/modern-go/

  # GOPATH mode: the vendored tree does not build in module mode with Go 1.19
  export GOROOT=$work/usr/lib/go-1.19 GOPATH=$work/go GOCACHE=$work/cache GO111MODULE=off CGO_ENABLED=0 FORCE_HOST_GO=y
  export PATH=$GOROOT/bin:$PATH HOME=$work
  # the OpenAPI code is generated, not part of the source
  make -s generated_files >"$LOG/kubernetes.log" 2>&1
  go build -ldflags "$(kubernetes_version_flags)" -o "$work/bin/" \
    "${KUBERNETES_PROGRAMS[@]/#/k8s.io/kubernetes/cmd/}" >>"$LOG/kubernetes.log" 2>&1

  mkdir -p "$BIN"
  mv "$work"/bin/* "$BIN/"
  rm -rf "$work"
}

# Without a version clients cannot parse what the server says it is. Both spellings of a package's path are needed:
# with GOPATH the vendored copy is linked under the longer one.
kubernetes_version_flags() {
  local package prefix major minor
  IFS=. read -r major minor _ <<<"$KUBERNETES_VERSION"
  printf -- '-s -w'
  for package in component-base/version client-go/pkg/version; do
    for prefix in k8s.io k8s.io/kubernetes/vendor/k8s.io; do
      printf -- ' -X %s.gitVersion=v%s' "$prefix/$package" "$KUBERNETES_VERSION"
      printf -- ' -X %s.gitMajor=%s -X %s.gitMinor=%s' "$prefix/$package" "$major" "$prefix/$package" "$minor"
    done
  done
}
