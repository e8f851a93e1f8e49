#!/bin/sh
# Starts a Sentinel. What it has learnt is in a file of the volume; only what the chart says is written there again.
set -eu
. /scripts/primary.sh
umask 077
self=$POD_NAME.$DOMAIN
primary=$(primary)
# A name that is not known yet would end it. That of a primary whose pod does not come back stays unknown: who knows the others
# goes on without it, or nobody would elect another.
waited=0
until getent hosts "$self" >/dev/null &&
  { getent hosts "$primary" >/dev/null || { [ -s /data/sentinel.conf ] && [ $waited -ge 30 ]; }; }; do
  waited=$((waited + 1))
  sleep 1
done
# Its id follows from its name: with another one after its volume was lost, the others would count it twice, for ever, and a
# majority of all that they know has to agree on a failover.
[ -s /data/sentinel.conf ] || cat >/data/sentinel.conf <<CONF
port 26379
sentinel myid $(printf %s "$self" | sha1sum | cut -c 1-40)
dir /tmp
protected-mode no
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip $self
sentinel monitor mas $primary 6379 $QUORUM
sentinel auth-pass mas $(cat /secrets/password)
sentinel down-after-milliseconds mas 5000
sentinel failover-timeout mas 20000
CONF
# The password may be another than when the file was written, and with more Sentinels another majority is needed.
password=$(sed 's/[\\/&]/\\&/g' /secrets/password)
sed -i -e "s/^sentinel auth-pass mas .*/sentinel auth-pass mas $password/" \
  -e "s/^\(sentinel monitor mas [^ ]* [0-9]*\) .*/\1 $QUORUM/" /data/sentinel.conf
# Those that the chart has no more would be counted as well.
awk -v hosts=" $SENTINELS " '$2 != "known-sentinel" || index(hosts, " " $4 " ")' /data/sentinel.conf >/data/sentinel.conf.next
mv /data/sentinel.conf.next /data/sentinel.conf
exec "$server" /data/sentinel.conf --sentinel
