#!/bin/sh
# train.sh NAME LINE: starts NAME.jar until it logs LINE, stops it, and leaves NAME.aot, the AOT cache of the classes
# that it has loaded (JEP 514). Runs while the image is built, where no server is: what a service does before it
# has met its database and broker is most of its start.
set -eu
name=$1
line=$2
log=/tmp/train.log

MAS_INTERNAL_KEYS=$(head -c 32 /dev/urandom | sha256sum | cut -c1-64)
export MAS_INTERNAL_KEYS MAS_NODE_DATA=/tmp/train \
  MAS_MONGODB_URI=mongodb://127.0.0.1:1 MAS_REDIS_URI=redis://127.0.0.1:1 MAS_RABBITMQ_URI=amqp://127.0.0.1:1
java @jvm.flags -XX:AOTCacheOutput="$name.aot" -jar "$name.jar" >$log 2>&1 &
pid=$!
for _ in $(seq 120); do
  ! grep -q "$line" $log || break
  kill -0 $pid || break
  sleep 1
done
if ! grep -q "$line" $log; then
  cat $log >&2
  echo "train.sh: $name did not log '$line' within 2 minutes" >&2
  exit 1
fi
kill $pid
wait $pid || true # 143, of a JVM that was told to stop
rm -rf $log /tmp/train
[ -s "$name.aot" ] || { echo "train.sh: $name left no AOT cache" >&2; exit 1; }
