#!/bin/bash
# Stops the cluster that up.sh started and removes all of it, volumes too, but for the programs, the logs and the sources.
#   K8S=/tmp/k8s ./down.sh
set -uo pipefail
K8S=${K8S:-/tmp/k8s}

# The daemons first, or they would start again what is killed; then all that is left in the cluster's cgroup.
for file in "$K8S"/run/kubelet-*.pid "$K8S"/run/*.pid; do
    [ -e "$file" ] && pid=$(cat "$file") && grep -qF "$K8S" "/proc/$pid/cmdline" 2>/dev/null && kill -KILL "$pid"
done
for _ in $(seq 20); do
    pids=$(find /sys/fs/cgroup/cpu/k8s -name cgroup.procs -exec cat {} + 2>/dev/null)
    [ -n "$pids" ] || break
    kill -KILL $pids 2>/dev/null
    sleep 0.5
done

# Mounts, the innermost first; network namespaces of pods have names that only containerd's CNI gives.
cut -d' ' -f2 /proc/mounts | grep "^$K8S/" | sort -r | while read -r mount; do umount -l "$mount"; done
for space in /run/netns/cni-* /run/netns/{control,node[0-9]*}; do
    [ -e "$space" ] && ip netns delete "${space##*/}"
done
ip link delete k8s 2>/dev/null # its routes go with it

for controller in /sys/fs/cgroup/*/k8s; do
    [ -d "$controller" ] && find "$controller" -depth -type d -exec rmdir {} +
done
rm -rf "$K8S"/{run,pki,etcd,volumes,admin.conf} "$K8S"/node[0-9]*
# What kubelets leave outside their directories.
rm -rf /var/lib/kubelet/device-plugins /var/log/containers
rmdir /var/lib/kubelet 2>/dev/null
true
