# The least that a POSIX shell script can be expected to find, and no /etc/passwd.
tag=1
config='{"Entrypoint":["/pause"],"Env":["PATH=/bin"]}'
rootfs() {
  waiting
  mkdir bin && mkdir -m 1777 tmp
  with_busybox minimal
}
