#!/bin/bash
# Brings images to every node of the cluster: archives (*.tar, as docker save writes them) or names of Docker's images.
#   K8S=/tmp/k8s ./load.sh mas-gateway:dev mongo.tar
set -euo pipefail
K8S=${K8S:-/tmp/k8s}
for image; do
    archive=$image
    if [ ! -f "$image" ]; then
        archive=$(mktemp "$K8S/run/image.XXXXXX")
        docker save "$image" >"$archive"
    fi
    for node in "$K8S"/node*; do
        ctr -a "$node/containerd.sock" -n k8s.io images import "$archive" >/dev/null
    done
    [ "$archive" = "$image" ] || rm "$archive"
    echo "loaded $image"
done
