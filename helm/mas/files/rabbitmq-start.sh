#!/bin/sh
# Starts RabbitMQ with its cookie and its one user, whose password is in no ConfigMap.
set -eu
umask 077
# Erlang wants a cookie that nobody else can read; that of a Secret is the group's.
cp -f /secrets/erlang-cookie "$HOME/.erlang.cookie"
chmod 400 "$HOME/.erlang.cookie"
{
  cat /scripts/rabbitmq.conf
  printf 'default_user = mas\ndefault_pass = %s\n' "$(cat /secrets/password)"
} >/tmp/rabbitmq.conf
exec rabbitmq-server
