#!/bin/bash
# Starts a Kubernetes cluster on this machine from the programs that build.sh made, and waits until its nodes are ready
# and names resolve in a pod. Needs root and Debian's containerd, runc, containernetworking-plugins, iptables, openssl.
#   K8S=/tmp/k8s NODES=3 ./up.sh
#   export KUBECONFIG=/tmp/k8s/admin.conf
# Every node is a network namespace (node1, node2, …) with its own containerd, kubelet and kube-proxy; one more, named
# control, holds the rest. Nothing but one interface (k8s) and two routes is added to the machine's own network.
# SHARES is what all of the cluster gets of the CPU under load, where other processes count 1024 each.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
export K8S=${K8S:-/tmp/k8s} NODES=${NODES:-3} SHARES=${SHARES:-1024}
BIN=$K8S/bin PKI=$K8S/pki
API=https://10.200.0.1:6443 SERVICES=10.202.0.0/16 PODS=10.201.0.0/16
export PATH=$BIN:$PATH KUBECONFIG=$K8S/admin.conf
[ ! -e "$K8S/run" ] || { echo "It runs, or has not been cleaned up: down.sh" >&2; exit 1; }
mkdir -p "$K8S"/{run,log,pki,volumes}

# ---- CPU and other resources: a cgroup of its own, in which the kubelets make those of the pods.
for controller in /sys/fs/cgroup/{cpu,cpuacct,cpuset,memory,pids,blkio,devices,freezer,systemd,hugetlb}; do
    [ -d "$controller" ] || continue
    for group in k8s k8s/daemons $(seq -f k8s/node%g "$NODES"); do
        mkdir -p "$controller/$group"
        [ ! -e "$controller/cpuset.cpus" ] || for file in cpuset.cpus cpuset.mems; do
            cat "$controller/$file" >"$controller/$group/$file"
        done
    done
done
echo "$SHARES" >/sys/fs/cgroup/cpu/k8s/cpu.shares
# A kubelet sets these for the whole machine when it starts; they are put back below.
sysctl vm.overcommit_memory vm.panic_on_oom kernel.panic kernel.panic_on_oops kernel.keys.root_maxkeys \
    kernel.keys.root_maxbytes >"$K8S/run/sysctl" 2>/dev/null || true

# Daemon $1 in network namespace $2.
run() {
    local name=$1 space=$2
    shift 2
    (
        echo $BASHPID >/sys/fs/cgroup/cpu/k8s/daemons/cgroup.procs
        exec nsenter --net="/run/netns/$space" setsid "$@" </dev/null >>"$K8S/log/$name.log" 2>&1
    ) &
    echo $! >"$K8S/run/$name.pid"
}
# Waits until a command succeeds.
await() {
    for _ in $(seq 180); do "$@" >/dev/null 2>&1 && return; sleep 1; done
    echo "In vain: $*" >&2
    "$@"
}

# ---- Network: a bridge in "control", to which the nodes and the machine are linked.
ip netns add control
link() { # an interface $1 in namespace $2 (none: the machine) with address $3, linked to the bridge as port-$4
    ip link add "port-$4" netns control type veth peer name "$1" ${2:+netns "$2"}
    ip -n control link set "port-$4" master bridge up
    ip ${2:+-n "$2"} address add "$3/24" dev "$1"
    ip ${2:+-n "$2"} link set "$1" up
}
ip -n control link set lo up
ip -n control link add bridge type bridge
ip -n control address add 10.200.0.1/24 dev bridge
ip -n control link set bridge up
link k8s "" 10.200.0.254 machine
for i in $(seq "$NODES"); do
    ip netns add "node$i"
    ip -n "node$i" link set lo up
    link eth0 "node$i" "10.200.0.1$i" "$i"
    ip -n "node$i" route add default via 10.200.0.1
    nsenter --net="/run/netns/node$i" sysctl -q net.ipv4.ip_forward=1
done
for i in $(seq "$NODES"); do
    ip route add "10.201.$i.0/24" via "10.200.0.1$i"
    ip -n control route add "10.201.$i.0/24" via "10.200.0.1$i"
    for j in $(seq "$NODES"); do
        [ "$i" = "$j" ] || ip -n "node$j" route add "10.201.$i.0/24" via "10.200.0.1$i"
    done
    # The first packet of a connection goes to kube-network-policies, unless this node itself sent it; see cluster.yaml.
    # (It would say so with nftables, but not every kernel has "queue" there.)
    space="nsenter --net=/run/netns/node$i iptables -t mangle -A POSTROUTING"
    $space -m owner --uid-owner 0 -j RETURN
    $space ! -o lo -m conntrack --ctstate NEW -j NFQUEUE --queue-num 100 --queue-bypass
done
ip route add $SERVICES via 10.200.0.11

# ---- Certificates and who uses them.
authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj "/CN=$1" \
        -keyout "$PKI/$1.key" -out "$PKI/$1.crt" 2>/dev/null
}
certificate() { # $1 signed by $2 for subject $3, with subjectAltName $4
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$3" -keyout "$PKI/$1.key" 2>/dev/null |
        openssl x509 -req -days 365 -CA "$PKI/$2.crt" -CAkey "$PKI/$2.key" -CAcreateserial -out "$PKI/$1.crt" \
            -extfile <(echo "extendedKeyUsage=serverAuth,clientAuth"; [ -z "${4:-}" ] || echo "subjectAltName=$4") 2>/dev/null
}
config() { # a kubeconfig $2 with certificate $1
    kubectl config --kubeconfig="$2" set-cluster k8s --server=$API --certificate-authority="$PKI/ca.crt" --embed-certs
    kubectl config --kubeconfig="$2" set-credentials "$1" --client-certificate="$PKI/$1.crt" --client-key="$PKI/$1.key" \
        --embed-certs
    kubectl config --kubeconfig="$2" set-context k8s --cluster=k8s --user="$1"
    kubectl config --kubeconfig="$2" use-context k8s
} >/dev/null
authority ca
authority front-proxy-ca
names=DNS:localhost,IP:127.0.0.1,IP:10.200.0.1,IP:10.202.0.1
for name in kubernetes{,.default{,.svc{,.cluster.local}}}; do names+=,DNS:$name; done
certificate apiserver ca /CN=kube-apiserver "$names"
certificate front-proxy front-proxy-ca /CN=front-proxy
certificate admin ca /O=system:masters/CN=admin
certificate controller-manager ca /CN=system:kube-controller-manager
certificate scheduler ca /CN=system:kube-scheduler
certificate proxy ca /CN=system:kube-proxy
openssl genrsa -out "$PKI/accounts.key" 2048 2>/dev/null
openssl rsa -in "$PKI/accounts.key" -pubout -out "$PKI/accounts.pub" 2>/dev/null
for name in controller-manager scheduler proxy; do config $name "$PKI/$name.conf"; done
config admin "$KUBECONFIG"

# ---- Control plane. etcd does not sync: nobody wants the state after the machine went down.
run etcd control etcd --data-dir="$K8S/etcd" --unsafe-no-fsync --log-level=warn
run apiserver control kube-apiserver --etcd-servers=http://127.0.0.1:2379 --bind-address=10.200.0.1 \
    --advertise-address=10.200.0.1 --service-cluster-ip-range=$SERVICES --allow-privileged --enable-aggregator-routing \
    --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --client-ca-file="$PKI/ca.crt" \
    --tls-cert-file="$PKI/apiserver.crt" --tls-private-key-file="$PKI/apiserver.key" \
    --kubelet-client-certificate="$PKI/admin.crt" --kubelet-client-key="$PKI/admin.key" \
    --kubelet-certificate-authority="$PKI/ca.crt" --kubelet-preferred-address-types=InternalIP \
    --service-account-issuer=https://kubernetes.default.svc.cluster.local \
    --service-account-key-file="$PKI/accounts.pub" --service-account-signing-key-file="$PKI/accounts.key" \
    --requestheader-client-ca-file="$PKI/front-proxy-ca.crt" --requestheader-allowed-names=front-proxy \
    --requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group \
    --requestheader-extra-headers-prefix=X-Remote-Extra- \
    --proxy-client-cert-file="$PKI/front-proxy.crt" --proxy-client-key-file="$PKI/front-proxy.key"
await kubectl get --raw /readyz
run controller-manager control kube-controller-manager --kubeconfig="$PKI/controller-manager.conf" \
    --authentication-kubeconfig="$PKI/controller-manager.conf" --authorization-kubeconfig="$PKI/controller-manager.conf" \
    --leader-elect=false --use-service-account-credentials --root-ca-file="$PKI/ca.crt" \
    --service-account-private-key-file="$PKI/accounts.key" --cluster-signing-cert-file="$PKI/ca.crt" \
    --cluster-signing-key-file="$PKI/ca.key"
run scheduler control kube-scheduler --kubeconfig="$PKI/scheduler.conf" --leader-elect=false \
    --authentication-kubeconfig="$PKI/scheduler.conf" --authorization-kubeconfig="$PKI/scheduler.conf"
run provisioner control provisioner "$KUBECONFIG" "$K8S/volumes"

# ---- Nodes.
touch "$K8S/run/resolv.conf"
for i in $(seq "$NODES"); do
    name=node$i dir=$K8S/node$i
    mkdir -p "$dir"/{cni,log}
    cat >"$dir/cni/pods.conflist" <<END
{"cniVersion": "0.4.0", "name": "pods", "plugins": [
  {"type": "ptp", "ipam": {"type": "host-local", "dataDir": "$dir/addresses",
    "ranges": [[{"subnet": "10.201.$i.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
END
    cat >"$dir/containerd.toml" <<END
version = 2
root = "$dir/containerd"
state = "$dir/state"
[grpc]
  address = "$dir/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "$dir/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  disable_hugetlb_controller = true
  restrict_oom_score_adj = true # needs no CAP_SYS_RESOURCE
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$dir/cni"
END
    cat >"$dir/kubelet.yaml" <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: 10.200.0.1$i
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $PKI/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $PKI/$name.crt
tlsPrivateKeyFile: $PKI/$name.key
clusterDNS: [10.202.0.10]
clusterDomain: cluster.local
resolvConf: $K8S/run/resolv.conf
containerRuntimeEndpoint: unix://$dir/containerd.sock
podLogsDir: $dir/log
cgroupDriver: cgroupfs
cgroupRoot: /k8s/$name
failSwapOn: false
imageGCHighThresholdPercent: 100
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
END
    certificate "$name" ca "/O=system:nodes/CN=system:node:$name" "DNS:$name,IP:10.200.0.1$i"
    config "$name" "$dir/kubelet.conf"
    run "containerd-$name" "$name" containerd --config "$dir/containerd.toml"
done
for i in $(seq "$NODES"); do
    await ctr -a "$K8S/node$i/containerd.sock" -n k8s.io version
done
"$HERE/load.sh" "$K8S"/images/*.tar
for i in $(seq "$NODES"); do
    run "kubelet-node$i" "node$i" kubelet --config="$K8S/node$i/kubelet.yaml" --kubeconfig="$K8S/node$i/kubelet.conf" \
        --hostname-override="node$i" --node-ip="10.200.0.1$i" --root-dir="$K8S/node$i/kubelet" \
        --node-labels="topology.kubernetes.io/zone=zone$i"
    cat >"$K8S/node$i/proxy.yaml" <<END
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {kubeconfig: $PKI/proxy.conf}
hostnameOverride: node$i
mode: iptables
clusterCIDR: $PODS
conntrack: {maxPerCore: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
END
    run "proxy-node$i" "node$i" kube-proxy --config="$K8S/node$i/proxy.yaml"
done
kubectl apply -f "$HERE/cluster.yaml"
for i in $(seq "$NODES"); do await kubectl get node "node$i"; done
kubectl wait --for=condition=Ready nodes --all --timeout=180s
sysctl -q -p "$K8S/run/sysctl"
kubectl -n kube-system rollout status deployment/coredns daemonset/kube-network-policies --timeout=180s
await kubectl get serviceaccount default
kubectl run names --image=localhost/busybox:1 --image-pull-policy=Never --restart=Never -- \
    sh -c 'for i in $(seq 30); do nslookup kubernetes.default.svc.cluster.local && exit; sleep 1; done; exit 1'
kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/names --timeout=120s
kubectl logs names | tail -2
kubectl delete pod names
kubectl get nodes
