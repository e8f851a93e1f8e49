#!/bin/bash
# Builds the programs of a Kubernetes cluster from source into $K8S/bin: all of it comes from the Go module proxy, no
# image registry is needed. Needs Go 1.25 or later, Debian's busybox (not busybox-static) and about 6 GiB of disk.
#   K8S=/tmp/k8s ./build.sh
# A program that is already there is left alone: delete it to have it built again.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
K8S=${K8S:-/tmp/k8s}
KUBE=v1.34.3 STAGING=v0.34.3 COREDNS=v1.13.2 HELM=v3.19.5 POLICIES=v0.8.0
POLICY_API=v0.1.6-0.20250401132235-45061d10895e
export GOFLAGS="-mod=mod -buildvcs=false" GOWORK=off CGO_ENABLED=0 GOMEMLIMIT=${GOMEMLIMIT:-3GiB}
mkdir -p "$K8S"/{bin,src,images}

# A writable copy of module $1 at version $2, in $K8S/src/$3.
fetch() {
    [ -d "$K8S/src/$3" ] && return
    local dir
    dir=$(cd "$K8S/src" && go mod download -json "$1@$2" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')
    cp -r "$dir" "$K8S/src/$3.new"
    chmod -R u+w "$K8S/src/$3.new"
    rm -f "$K8S/src/$3.new"/go.work*
    mv "$K8S/src/$3.new" "$K8S/src/$3"
}

# Program $1 of package $2 in the current directory; the rest is passed to go build.
build() {
    local name=$1 package=$2 begin=$SECONDS
    shift 2
    [ -x "$K8S/bin/$name" ] && return
    go build -p 2 -trimpath "$@" -o "$K8S/bin/$name" "$package"
    echo "$name: $((SECONDS - begin)) s"
}

# Image localhost/$1:1 of the one program $2 and its libraries, as an archive as docker save writes it, in $K8S/images.
image() {
    local tmp digest
    tmp=$(mktemp -d)
    mkdir -p "$tmp/root/bin" "$tmp/root/tmp" "$tmp/layer"
    cp "$2" "$tmp/root/bin/$1"
    { ldd "$2" 2>/dev/null | grep -oE "/\S+" || true; } | xargs -I{} install -D {} "$tmp/root/{}"
    # busybox has a name for each of its commands.
    if [ "$1" = busybox ]; then for c in $("$2" --list); do [ "$c" = busybox ] || ln -s busybox "$tmp/root/bin/$c"; done; fi
    tar -C "$tmp/root" --owner=0 --group=0 --numeric-owner --mtime=@0 --sort=name -cf "$tmp/layer/layer.tar" .
    digest=$(sha256sum "$tmp/layer/layer.tar" | cut -d' ' -f1)
    cat >"$tmp/config.json" <<END
{"architecture":"$(go env GOARCH)","os":"linux","config":{"Entrypoint":["/bin/$1"],"Env":["PATH=/bin"]},
 "rootfs":{"type":"layers","diff_ids":["sha256:$digest"]},"history":[{"created_by":"build.sh"}]}
END
    # A shell rather than busybox itself, which wants a command.
    if [ "$1" = busybox ]; then sed -i 's|"Entrypoint":\[[^]]*\]|"Cmd":["/bin/sh"]|' "$tmp/config.json"; fi
    echo "[{\"Config\":\"config.json\",\"RepoTags\":[\"localhost/$1:1\"],\"Layers\":[\"layer/layer.tar\"]}]" >"$tmp/manifest.json"
    tar -C "$tmp" -cf "$K8S/images/$1.tar" manifest.json config.json layer
    rm -rf "$tmp"
}

# Kubernetes: the module's go.mod points at staging directories, which its zip does not hold, but which are published.
fetch k8s.io/kubernetes $KUBE kubernetes
cd "$K8S/src/kubernetes"
sed -i -E "s#^(\s+)(k8s.io/[a-z-]+) => \./staging/src/.*#\1\2 => \2 $STAGING#" go.mod
flags="-s -w"
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    flags+=" -X $package.gitVersion=$KUBE -X $package.gitMajor=1 -X $package.gitMinor=34 -X $package.gitTreeState=clean"
done
for name in kubectl kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy; do
    build $name ./cmd/$name -ldflags "$flags"
done

# etcd of the version that Kubernetes itself is tested with.
build etcd go.etcd.io/etcd/server/v3 -ldflags "-s -w"

# Replaces what the module in the current directory depends on by the versions that Kubernetes has, which are compiled already.
pin() {
    sed -n -E 's#^\s+(\S+) (v\S+)( // indirect)?$#\1 \2#p' "$K8S/src/kubernetes/go.mod" | while read -r module version; do
        [[ $module != k8s.io/* || $version != v0.0.0 ]] || version=$STAGING
        echo "-replace=$module=$module@$version"
    done | xargs go mod edit
}

# CoreDNS with no more plugins than cluster.yaml uses.
fetch github.com/coredns/coredns $COREDNS coredns
cd "$K8S/src/coredns"
sed -i -E '/^\t_ /{/\/(errors|health|kubernetes|log|ready|reload|template|cache|loop|forward)"/!d}' core/plugin/zplugin.go
pin
build coredns . -ldflags "-s -w"

# Our own: volumes, and what holds the namespaces of a pod.
for name in provisioner pause; do
    rm -rf "$K8S/src/$name"
    mkdir "$K8S/src/$name"
    cp "$HERE/$name"/* "$K8S/src/$name"
    cd "$K8S/src/$name"
    if [ -f go.mod ]; then pin; else go mod init $name 2>/dev/null; fi
    build $name . -ldflags "-s -w"
done

# Enforces NetworkPolicies.
fetch sigs.k8s.io/kube-network-policies $POLICIES kube-network-policies
fetch sigs.k8s.io/network-policy-api $POLICY_API network-policy-api
find "$K8S/src/network-policy-api/pkg" -name "*.go" -exec sed -i s#structured-merge-diff/v4#structured-merge-diff/v6# {} +
cd "$K8S/src/kube-network-policies"
pin
go mod edit -replace=sigs.k8s.io/network-policy-api=../network-policy-api -require=sigs.k8s.io/structured-merge-diff/v6@v6.3.0
build kube-network-policies ./cmd -ldflags "-s -w"

for name in pause coredns kube-network-policies; do image $name "$K8S/bin/$name"; done
image busybox /bin/busybox

fetch helm.sh/helm/v3 $HELM helm
cd "$K8S/src/helm"
pin
sed -i s/ParseErrorsAllowlist/ParseErrorsWhitelist/ cmd/helm/root.go # as the older version names it
build helm ./cmd/helm -ldflags "-s -w -X helm.sh/helm/v3/internal/version.version=$HELM"
