# kubelet makes its cgroups below one of ours, so that they can be found and removed. Version 1 has a tree for each
# controller, version 2 a single one, and a machine may have both.

CGROUP=sshpod-cluster

cgroup_roots() { awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/mounts; }

cgroups_create() {
  local root
  for root in $(cgroup_roots); do
    mkdir -p "$root/$CGROUP"
    # an empty cpuset admits no process
    if [ -f "$root/$CGROUP/cpuset.cpus" ] && [ -f "$root/$CGROUP/cgroup.clone_children" ]; then
      cat "$root/cpuset.cpus" >"$root/$CGROUP/cpuset.cpus"
      cat "$root/cpuset.mems" >"$root/$CGROUP/cpuset.mems"
    fi
  done
}

cgroups() {
  local root
  for root in $(cgroup_roots); do
    [ ! -d "$root/$CGROUP" ] || find "$root/$CGROUP" -depth -type d
  done
}

cgroups_remove() {
  local cgroup
  for cgroup in $(cgroups); do rmdir "$cgroup" || return 1; done
}
