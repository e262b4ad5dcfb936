# A usual development image: everything tests call for, and no ssh server.
tag=12
config='{"Entrypoint":["/pause"],"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]}'
rootfs() {
  # mounts of its own, so that /proc of a build that was killed is not left in the tree
  DEBOOTSTRAP_DIR=$DEBIAN/usr/share/debootstrap unshare --mount "$DEBIAN/usr/sbin/debootstrap" --variant=minbase --force-check-gpg \
    --include=rsync,git,procps,openssh-client,netcat-openbsd,python3 bookworm . "$(debian_mirror)"
  rm -rf var/lib/apt/lists/* var/cache/apt/* var/cache/debconf/*-old var/log/* debootstrap
  rm -rf usr/share/{doc,info,locale,man,lintian}/*
  find usr -name __pycache__ -prune -exec rm -rf {} +
  echo 'app:x:1000:1000:app:/home/app:/bin/bash' >>etc/passwd
  echo 'app:x:1000:' >>etc/group
  install -d -o 1000 -g 1000 home/app
  waiting
}
