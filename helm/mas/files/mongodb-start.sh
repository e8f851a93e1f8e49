#!/bin/bash
# Starts mongod as a member of the replica set. The first pod makes the set and its users, beside it.
set -euo pipefail
# mongod wants a key file that nobody else can read; that of a Secret is the group's.
install -m 400 /secrets/keyfile /tmp/keyfile
if [ "${HOSTNAME##*-}" = 0 ]; then
  (until mongosh --quiet --nodb --file /scripts/set-up.js; do sleep 2; done) &
fi
exec mongod --replSet mas --keyFile /tmp/keyfile --bind_ip_all --dbpath /data/db
