# The whole of it: up, down, status.

up() {
  local from=$SECONDS
  if is_up; then
    # what needs no restart: images that are new or changed
    images_made
    images_imported
    run_arm64
    say "is up"
    return
  fi
  build
  # whatever is left of one that crashed
  node_destroy
  step "node" start_node
  step "API server" start_api
  step "images" import_images
  run_arm64
  step "node is ready" start_kubelet
  say "up after $((SECONDS - from)) s: export KUBECONFIG=$KUBECONFIG_ADMIN"
}

start_node() { rm -rf "$LOG" && cgroups_create && node_create && containerd_start; }
start_api() { control_plane_start && within 60 api_is_ready && controllers_start; }
import_images() {
  containers_forget
  images_imported
}
run_arm64() {
  arm64_registered 2>>"$LOG/arm64.log" ||
    say "pods of localhost/arm64 will not start: qemu cannot be registered (binfmt_misc; log: $LOG/arm64.log)"
}
start_kubelet() { kubelet_start && within 60 node_is_ready; }

is_up() { node_exists && api_is_ready && node_is_ready; } 2>/dev/null

status() {
  if is_up; then say "is up"; else say "is not up"; return 1; fi
}

down() { node_destroy; }
