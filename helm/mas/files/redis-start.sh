#!/bin/sh
# Starts a Redis that keeps tokens and revocations: forced to disk every second, nothing evicted.
set -eu
. /scripts/primary.sh
umask 077
self=$POD_NAME.$DOMAIN
password=$(cat /secrets/password)
cat >/tmp/redis.conf <<CONF
dir /data
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
requirepass $password
masterauth $password
replica-announce-ip $self
CONF
# Refuses a write before it is killed for its memory; a rewrite of the log needs the rest.
limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null) || limit=max
[ "$limit" = max ] || echo "maxmemory $((limit / 10 * 6))" >>/tmp/redis.conf
# What Sentinels knew before there was one server alone is not so any more when there are some again.
[ -n "$SENTINELS" ] || rm -f /data/sentinel.conf
primary=$(primary)
[ "$primary" = "$self" ] || echo "replicaof $primary 6379" >>/tmp/redis.conf
exec "$server" /tmp/redis.conf
