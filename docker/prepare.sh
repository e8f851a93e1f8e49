#!/usr/bin/env bash
# prepare.sh: makes the secrets of the cluster of compose.yaml, once, in the folder `secrets` beside it.
#   secrets/mas             what gateways and the worker read: a file for each setting (docs/configuration.md)
#   secrets/node            what nodes read: they know no database
#   secrets/gateway         the hashes of the systemTokens, for the gateways
#   secrets/system-token    the systemToken, for your backend and `mas status`
#   secrets/rabbitmq.conf   the account of MAS at RabbitMQ
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
if [ -e secrets/system-token ]; then
  echo "prepare.sh: there are secrets already; nothing was changed." >&2
  exit 0
fi
if [ -e secrets ]; then
  echo "prepare.sh: docker/secrets has no secrets: 'docker compose up' made it. Stop that, remove the folder, and start this again." >&2
  exit 1
fi

random() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

umask 077
mkdir -p secrets.new/mas secrets.new/node secrets.new/gateway
cd secrets.new
random >mas/mas.internal.keys
broker=$(random)
printf 'amqp://mas:%s@rabbitmq:5672' "$broker" >mas/mas.rabbitmq.uri
cp mas/* node
printf 'default_user = mas\ndefault_pass = %s\n' "$broker" >rabbitmq.conf
printf 'mongodb://mongodb:27017/mas?replicaSet=mas' >mas/mas.mongodb.uri
printf 'redis://redis:6379/0' >mas/mas.redis.uri
random >system-token
cat >gateway/system-tokens.yaml <<YAML
mas:
  system-tokens:
    - id: first
      sha256: "$(sha256sum system-token | cut -d' ' -f1)"
      scopes: [tokens, files, admin]
YAML
# The containers run as another user; whom the folder lets in on this machine is up to its own rights.
chmod 755 mas node gateway
chmod 444 mas/* node/* gateway/* rabbitmq.conf
cd ..
mv secrets.new secrets
echo "prepare.sh: made the secrets of this cluster; your backend's systemToken is in docker/secrets/system-token" >&2
