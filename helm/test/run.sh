#!/usr/bin/env bash
# run.sh [options of helm]: runs ../e2e.sh on a Kubernetes cluster of this machine that it builds and starts itself, with
# the images of ./mas images on a stand-in for their base, and servers of Debian's packages: where no registry can be
# reached. Needs root, a Docker engine, Go, a JDK 25 (JAVA_HOME), what build.sh and up.sh name, and in $MONGODB (else
# ../shared/mongodb of the repository) a MongoDB-compatible server. The first run takes half an hour, others a quarter.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
export K8S=${K8S:-/tmp/k8s}
export PATH=$K8S/bin:$PATH KUBECONFIG=$K8S/admin.conf

"$repository/docker/test/images.sh" "${MONGODB:-$repository/../shared/mongodb}"
MAS_BASE_IMAGE=mas-test/jre MAS_VERSION=test "$repository/mas" images
# Debian's starts as the user rabbitmq alone; that of the official image is what Debian wraps.
docker build -q -t mas-test/rabbitmq:unwrapped - >/dev/null <<'DOCKERFILE'
FROM mas-test/rabbitmq
ENV PATH=/usr/lib/rabbitmq/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
DOCKERFILE

"$here/build.sh"
[ ! -e "$K8S/run" ] || { echo "run.sh: a cluster runs in $K8S, or was not cleaned up: $here/down.sh does that" >&2; exit 1; }
trap '"$here/down.sh"' EXIT
"$here/up.sh"
"$here/load.sh" mas-api:test mas-storage-node:test mas-test/redis:latest mas-test/rabbitmq:unwrapped mas-test/mongodb:latest

# The chart's own MongoDB needs mongod: this one is external to it.
kubectl create namespace mongodb
kubectl -n mongodb create deployment mongodb --image=docker.io/mas-test/mongodb:latest --port=27017 --dry-run=client -o yaml |
  sed 's/image: .*/&\n        imagePullPolicy: Never/' | kubectl apply -f -
kubectl -n mongodb expose deployment mongodb --port=27017
kubectl -n mongodb rollout status deployment/mongodb --timeout=120s

"$here/../e2e.sh" --set images.gateway.tag=test,images.node.tag=test,mongodb.mode=external \
  --set 'mongodb.external.uri=mongodb://mongodb.mongodb.svc.cluster.local/mas?directConnection=true&serverMonitoringMode=poll' \
  --set redis.bundled.image=docker.io/mas-test/redis:latest \
  --set rabbitmq.bundled.image=docker.io/mas-test/rabbitmq:unwrapped,rabbitmq.bundled.uid=101 "$@"
