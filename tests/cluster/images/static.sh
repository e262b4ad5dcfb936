# One program and no shell, as distroless images are.
tag=1
config='{"Entrypoint":["/app"],"User":"0"}'
rootfs() {
  cp "$BIN/pause" app
  mkdir etc && mkdir -m 1777 tmp
  printf '%s\n' 'root:x:0:0:root:/root:/sbin/nologin' 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin' >etc/passwd
}
