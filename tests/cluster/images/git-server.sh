# A host for git over ssh inside the cluster: sh -c 'ssh-keygen -A && exec /usr/sbin/sshd -D -e'
from=debian
tag=1
config='{"Entrypoint":["/pause"],"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]}'
rootfs() {
  # this machine's apt knows where from; the image's list of what is installed says what is missing
  mkdir -p archives/partial
  apt_quiet apt-get install --download-only -y -qq --no-install-recommends -o Debug::NoLocking=1 \
    -o Dir::State::status="$PWD/var/lib/dpkg/status" -o Dir::Cache::archives="$PWD/archives" openssh-server
  DEBIAN_FRONTEND=noninteractive chroot . sh -c 'dpkg --install --force-unsafe-io /archives/*.deb'
  rm -rf archives var/log/* var/cache/debconf/*-old usr/share/{doc,info,locale,man,lintian}/*
  # keys are each pod's own
  rm -f etc/ssh/ssh_host_*
  mkdir -p run/sshd
}
