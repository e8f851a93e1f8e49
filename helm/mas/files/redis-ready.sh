#!/bin/sh
# Ready: it is primary, or its copy of the primary is whole. Failover does not ask for this.
set -eu
. /scripts/primary.sh
REDISCLI_AUTH=$(cat /secrets/password)
export REDISCLI_AUTH
"$cli" info replication | tr -d '\r' | grep -qxE 'role:master|master_link_status:up'
