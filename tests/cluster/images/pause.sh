# What Kubernetes itself runs in every pod.
tag=1
config='{"Entrypoint":["/pause"]}'
rootfs() { waiting; }
