#!/usr/bin/env bash
# e2e.sh [options of helm]: proves the chart on a real cluster, that of KUBECONFIG, in a namespace of its own.
# Installs, tests, upgrades under load, deletes a pod and a volume, scales out, is refused to scale in, uninstalls and
# installs again, and ends with 0 only if all of it went as it should. Takes 10 to 20 minutes.
#
#   helm/e2e.sh --set images.gateway.repository=registry.example/mas-api,images.node.repository=registry.example/mas-storage-node
#
# Needs kubectl, helm (3.18 or later) and images that the nodes have or can pull. The options go to every install and
# upgrade, and win over what is here: small volumes, one replica of each server, 2+1 on four nodes.
#   E2E_NAMESPACE   created, and deleted at the end with all that is in it (mas-e2e)
#   E2E_KEEP        "yes" leaves everything there at the end
set -euo pipefail

chart=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/mas
namespace=${E2E_NAMESPACE-mas-e2e}
readonly chart namespace
readonly name=e2e-mas nodes=4 patience=15m
options=("$@")
work=$(mktemp -d)
load=''
made='' # whether the namespace is of this run

k() { kubectl -n "$namespace" "$@"; }

say() { printf '%s  %s\n' "$(date +%T)" "$*"; }

fail() {
  printf 'e2e: %s\n' "$*" >&2
  exit 1
}

finish() {
  local code=$?
  if [ $code -ne 0 ] && [ -n "$made" ]; then
    echo "e2e: FAILED; what is there:" >&2
    k get pods,pvc -o wide >&2 || true
    k get events --sort-by=.lastTimestamp 2>/dev/null | tail -n 20 >&2 || true
  fi
  [ -z "$load" ] || kill "$load" 2>/dev/null || true
  rm -rf "$work"
  [ -z "$made" ] || [ "${E2E_KEEP-}" = yes ] || kubectl delete namespace "$namespace" --ignore-not-found --wait=false >/dev/null || true
}

values() {
  cat <<YAML
geometry: {data: 2, parity: 1, nodeFailures: 1, nodesAway: 1}
storage: {replicas: $nodes, size: 2Gi, resources: {requests: {cpu: 50m, memory: 256Mi}}}
gateway: {resources: {requests: {cpu: 50m, memory: 384Mi}}}
repair: {resources: {requests: {cpu: 50m, memory: 256Mi}}}
mongodb: {bundled: {replicas: 1, size: 2Gi, resources: {requests: {cpu: 50m, memory: 256Mi}}}}
redis: {bundled: {replicas: 1, size: 1Gi, resources: {requests: {cpu: 20m, memory: 64Mi}}}}
rabbitmq: {bundled: {replicas: 1, size: 1Gi, resources: {requests: {cpu: 50m, memory: 192Mi}}}}
YAML
}

# release install|upgrade [options]: waits until everything is ready.
release() {
  local verb=$1
  shift
  helm "$verb" e2e "$chart" -n "$namespace" -f "$work/values.yaml" --wait --timeout "$patience" "${options[@]}" "$@" >"$work/helm.log" 2>&1 ||
    fail "helm $verb failed: $(cat "$work/helm.log")"
  k rollout status "statefulset/$name-node" --timeout "$patience" >/dev/null
  k rollout status "deployment/$name-gateway" --timeout "$patience" >/dev/null
}

try_release() { helm test e2e -n "$namespace" --logs --timeout "$patience" >"$work/test.log" 2>&1 || fail "helm test failed: $(cat "$work/test.log")"; }

# A pod that does what a backend and a browser do: `mas try` of the gateways' image.
client() {
  local image
  image=$(k get "deployment/$name-gateway" -o jsonpath='{.spec.template.spec.containers[0].image}')
  k apply -f - >/dev/null <<YAML
apiVersion: v1
kind: Pod
metadata: {name: client}
spec:
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: 0
  securityContext: {runAsNonRoot: true, runAsUser: 10001, fsGroup: 10001, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: client
      image: $image
      imagePullPolicy: IfNotPresent
      command: [sleep, infinity]
      securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
      env:
        - {name: MAS_URL, value: "http://$name"}
        - {name: MAS_SYSTEM_TOKEN_FILE, value: /run/secrets/mas-backend/systemToken}
      volumeMounts:
        - {name: tmp, mountPath: /tmp}
        - {name: token, mountPath: /run/secrets/mas-backend, readOnly: true}
  volumes:
    - {name: tmp, emptyDir: {sizeLimit: 64Mi}}
    - {name: token, secret: {secretName: $name-backend-token, defaultMode: 0440}}
YAML
  k wait pod/client --for=condition=Ready --timeout "$patience" >/dev/null
}

try() { k exec client -- mas try --patience 60 "$@"; }

keep_files() {
  local bytes
  for bytes in 1 70000 5000000; do
    try --keep $bytes
  done >"$work/kept"
}

kept_files_are_there() {
  local hash
  while read -r hash; do
    try --read "$hash" </dev/null >/dev/null
  done <"$work/kept"
}

# What an operator asks: a command of mas.
ask() {
  # shellcheck disable=SC2016 # expands in the pod
  k get secret "$name-admin-token" -o jsonpath='{.data.systemToken}' | base64 -d |
    k exec -i "deployment/$name-gateway" -c gateway -- sh -c 'MAS_SYSTEM_TOKEN=$(cat) mas "$@"' mas "$@"
}

status() { ask status; }

# On which nodes the shards of the kept files are.
places() {
  local hash
  while read -r hash; do
    ask file "$hash" </dev/null
  done <"$work/kept"
}

# until_true SECONDS WHAT COMMAND...: asks every 5 s.
until_true() {
  local end=$(($(date +%s) + $1)) what=$2
  shift 2
  until "$@" >"$work/last" 2>&1; do
    [ "$(date +%s)" -lt $end ] || fail "$what: not so in time. Last: $(cat "$work/last")"
    sleep 5
  done
}

# What the repair has written, in bytes, since its worker has started.
moved() {
  k exec "deployment/$name-repair" -- bash -c 'exec 3<>/dev/tcp/127.0.0.1/8081; printf "GET /metrics HTTP/1.0\r\n\r\n" >&3; cat <&3' |
    awk '/^mas_repair_written_bytes_total/ {sum += $2; seen = 1} END {if (!seen) exit 1; printf "%d\n", sum}'
}

begin_load() {
  k exec client -- rm -f /tmp/stop
  try --until /tmp/stop >"$work/load.log" 2>&1 &
  load=$!
}

end_load() {
  k exec client -- touch /tmp/stop
  wait "$load" || fail "a client failed meanwhile: $(cat "$work/load.log")"
  load=''
  say "  $(tail -n 1 "$work/load.log")"
}

upgrade_under_load() {
  local before
  before=$(places)
  begin_load
  release upgrade --set-string "gateway.podAnnotations.e2e=again,storage.podAnnotations.e2e=again"
  end_load
  until_true 300 'the store is whole after an upgrade' status
  # What was stored while a node was away is spread over all of them when it is back.
  [ "$(places)" = "$before" ] || fail "the upgrade moved shards that were there before: $before"$'\n'"are now: $(places)"
}

uid() { k get "$1" -o jsonpath='{.metadata.uid}' 2>/dev/null; }

made_anew() {
  local now
  now=$(uid "$1") && [ "$now" != "$2" ]
}

# A claim is only gone when no pod uses it, and a pod that was made too early waits for the old one for ever.
replace_volume() {
  local claim=data-$name-node-1 pod=$name-node-1 old
  old=$(uid "pvc/$claim")
  k delete pvc "$claim" --wait=false >/dev/null
  for _ in $(seq 60); do
    k delete pod "$pod" --ignore-not-found --grace-period=1 >/dev/null 2>&1
    ! made_anew "pvc/$claim" "$old" || return 0
    sleep 2
  done
  fail "the claim $claim was not made anew"
}

pod_and_volume_deleted() {
  local old
  begin_load
  old=$(uid "pod/$name-node-0")
  k delete pod "$name-node-0" --grace-period=0 --force >/dev/null 2>&1
  until_true 120 'the pod is made anew' made_anew "pod/$name-node-0" "$old"
  k wait "pod/$name-node-0" --for=condition=Ready --timeout "$patience" >/dev/null
  until_true 300 'the store is whole after a pod was deleted' status
  say '  a pod deleted: whole again'
  replace_volume
  until_true 900 'the store is whole after a volume was deleted' status
  [ "$(moved)" -gt 0 ] || fail "a volume was lost and nothing repaired"
  say "  a volume deleted: whole again, $(moved) bytes written by the repair"
  end_load
}

scale_in_is_refused() {
  if helm upgrade e2e "$chart" -n "$namespace" -f "$work/values.yaml" --timeout "$patience" "${options[@]}" \
    --set storage.replicas=$nodes >"$work/helm.log" 2>&1; then
    fail "helm upgrade took away a node whose loss would leave no spare"
  fi
  k logs "job/$name-check-scale" 2>&1 | grep -q 'no further one might fail' || fail "the upgrade failed for another reason: $(cat "$work/helm.log")"
  [ "$(k get "statefulset/$name-node" -o jsonpath='{.spec.replicas}')" = $((nodes + 1)) ] || fail "a refused upgrade has changed the nodes"
}

# Of hooks that have failed and of the test some stay, for their logs.
no_pods() { [ -z "$(k get pods -l 'app.kubernetes.io/instance=e2e,app.kubernetes.io/component in (gateway,repair,storage,redis,rabbitmq,mongodb)' -o name)" ]; }

uninstalled() {
  helm uninstall e2e -n "$namespace" --wait --timeout "$patience" >/dev/null
  until_true 300 'pods go at an uninstall' no_pods
  [ "$(k get pvc -o name | grep -c "data-$name-node-")" = $((nodes + 1)) ] || fail "volumes have gone with the release"
}

trap finish EXIT
values >"$work/values.yaml"
kubectl version >/dev/null || fail "no cluster answers at KUBECONFIG=${KUBECONFIG-}"
! kubectl get namespace "$namespace" >/dev/null 2>&1 || fail "the namespace $namespace is there already: delete it, or set E2E_NAMESPACE"
kubectl create namespace "$namespace" >/dev/null
made=yes
kubectl label namespace "$namespace" pod-security.kubernetes.io/enforce=restricted >/dev/null

say 'install'
release install
say 'helm test'
try_release
client
keep_files
until_true 300 'the store is whole' status
say 'upgrade under load'
upgrade_under_load
say 'a pod, and a volume, deleted under load'
pod_and_volume_deleted
kept_files_are_there
say 'scale out'
release upgrade --set storage.replicas=$((nodes + 1))
until_true 300 'the store is whole with one node more' status
say 'scale in is refused'
scale_in_is_refused
kept_files_are_there
say 'uninstall, and install again'
uninstalled
release install --set storage.replicas=$((nodes + 1))
until_true 300 'the store is whole after it was installed again' status
kept_files_are_there
try_release
say 'PASSED'
