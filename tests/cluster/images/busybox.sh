# Busybox, the usual small image. Without xz: that uploads must be unpacked without it is worth a test.
tag=1
config='{"Entrypoint":["/pause"],"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]}'
rootfs() { folders && users && waiting && with_busybox static xz; }
