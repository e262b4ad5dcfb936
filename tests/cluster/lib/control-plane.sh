# etcd, the API server, the controllers and the scheduler.

control_plane_start() {
  # in the node's memory: objects do not outlive the node, and nothing waits for a disk
  start etcd "$DEBIAN/usr/bin/etcd" --data-dir /var/lib/etcd \
    --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380
  api_server_start
}

api_server_start() {
  # InternalIP, else exec looks the node's name up in DNS.
  # Without the ServiceAccount plugin a pod can be created as soon as its namespace is.
  start kube-apiserver "$BIN/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 \
    --bind-address=0.0.0.0 --secure-port=6443 --advertise-address="$NODE_IP" --endpoint-reconciler-type=none \
    --client-ca-file="$PKI/ca.crt" --tls-cert-file="$PKI/apiserver.crt" --tls-private-key-file="$PKI/apiserver.key" \
    --kubelet-certificate-authority="$PKI/ca.crt" --kubelet-preferred-address-types=InternalIP \
    --kubelet-client-certificate="$PKI/admin.crt" --kubelet-client-key="$PKI/admin.key" \
    --service-account-issuer=https://kubernetes.default.svc --service-cluster-ip-range="$SERVICE_CIDR" \
    --service-account-key-file="$PKI/service-account.pub" --service-account-signing-key-file="$PKI/service-account.key" \
    --authorization-mode=Node,RBAC --allow-privileged --disable-admission-plugins=ServiceAccount \
    --feature-gates=EphemeralContainers=true \
    --audit-policy-file="$HERE/config/audit.yaml" --audit-log-path="$LOG/audit.log" --audit-log-format=json
}

# Its port is free when the last thread of it has ended, which takes a while where others want the processors too.
api_port_is_free() { ! in_node grep -qE ':192B [0-9A-F]+:0000 0A' /proc/net/tcp /proc/net/tcp6; }

# For tests of what a client sees meanwhile. SIGKILL: connections end without a goodbye.
restart-api() {
  node_exists || fail "is not up"
  local server
  server=$(cat "$RUN/kube-apiserver.pid")
  in_node kill -KILL "$server"
  within 20 api_port_is_free || fail "process $server (the API server) does not exit"
  api_server_start
  within 60 api_is_ready || fail "the API server does not come back"
}

# The node must not be declared lost because a test keeps the machine busy. The signing key makes certificates for
# users that ask with a CertificateSigningRequest.
controllers_start() {
  start kube-controller-manager "$BIN/kube-controller-manager" --kubeconfig="$PKI/controller-manager.conf" \
    --service-account-private-key-file="$PKI/service-account.key" --root-ca-file="$PKI/ca.crt" \
    --cluster-signing-cert-file="$PKI/ca.crt" --cluster-signing-key-file="$PKI/ca.key" \
    --use-service-account-credentials --leader-elect=false --node-monitor-grace-period=10m \
    --kube-api-qps=200 --kube-api-burst=400
  start kube-scheduler "$BIN/kube-scheduler" --kubeconfig="$PKI/scheduler.conf" --leader-elect=false
}

admin() { "$BIN/kubectl" --kubeconfig="$KUBECONFIG_ADMIN" --cache-dir="$RUN/kubectl" --request-timeout=5s "$@"; }
api_is_ready() { [ "$(admin get --raw /readyz)" = ok ]; }
node_is_ready() {
  admin get node "$NODE" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' | grep -qx True
}
