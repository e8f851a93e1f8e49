#!/usr/bin/env bash
# images.sh MONGODB: what the tests of the images stand on where no registry can be reached: a stand-in for the base
# image, made of Debian's packages and the JRE of this machine's JDK 25 (JAVA_HOME), and images of the servers. Takes 3 to 6
# minutes, once: an image that is there is left alone. Needs root, Docker and mmdebstrap.
set -euo pipefail
mongodb=${1:?the folder with the MongoDB-compatible server}
# Also where its image is there already: a wrong folder must not wait for the next fresh machine.
archive=$(find "$mongodb/" -name "secantusd-rs-*-$(uname -m).tar.xz" | sort | tail -n 1)
[ -n "$archive" ] || { echo "images.sh: no secantusd-rs-*-$(uname -m).tar.xz in $mongodb" >&2; exit 2; }
# One at a time: ./mas test begins with it, and what needs the images waits here until they are there.
exec 9<"$archive"
flock 9
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

has() { docker image inspect "$1" >/dev/null 2>&1; }

debian() {
  has mas-test/debian && return
  mmdebstrap --quiet --variant=minbase --include=ca-certificates bookworm "$work/debian.tar"
  docker import "$work/debian.tar" mas-test/debian >/dev/null
}

# The modules that Temurin's JRE has: all but the tools for developers. Temurin 25 has no jmods, so ALL-MODULE-PATH fails.
jre() {
  has mas-test/jre && return
  local modules
  modules=$("$JAVA_HOME/bin/java" --list-modules | sed 's/@.*//' |
    grep -vE '^jdk\.(compiler|javadoc|jshell|jlink|jdeps|jpackage|jartool|jconsole|jstatd|jcmd|attach|internal\.(ed|le|opt|jvmstat)|editpad|hotspot\.agent|unsupported\.desktop)$' |
    paste -sd, -)
  "$JAVA_HOME/bin/jlink" --add-modules "$modules" --strip-debug --no-man-pages --no-header-files --output "$work/jre"
  cat >"$work/Dockerfile" <<'DOCKERFILE'
FROM mas-test/debian
COPY jre /opt/java
ENV JAVA_HOME=/opt/java PATH=/opt/java/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
DOCKERFILE
  docker build -q -t mas-test/jre "$work" >/dev/null
}

# server NAME PACKAGES: Debian's.
server() {
  has "mas-test/$1" && return
  docker build -q -t "mas-test/$1" --network host - >/dev/null <<DOCKERFILE
FROM mas-test/debian
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $2 && rm -rf /var/lib/apt/lists/*
DOCKERFILE
}

# The MongoDB-compatible server of the tests (docs/testing.md).
mongodb() {
  has mas-test/mongodb && return
  mkdir -p "$work/mongodb"
  tar -xJf "$archive" -C "$work/mongodb" --strip-components=1
  cat >"$work/mongodb/Dockerfile" <<'DOCKERFILE'
FROM mas-test/debian
COPY . /opt/mongodb
RUN mkdir /data && touch /opt/mongodb/empty.toml
ENV SECANTUS_FORCE_DURABLE=1
CMD ["/opt/mongodb/secantusd-rs", "--config", "/opt/mongodb/empty.toml", "--host", "0.0.0.0", "--port", "27017", "--storage-path", "/data", "--sync-on-commit", "--cache-size", "256M", "--log-level", "WARNING"]
DOCKERFILE
  docker build -q -t mas-test/mongodb "$work/mongodb" >/dev/null
}

debian
jre
server redis redis-server
server rabbitmq rabbitmq-server
mongodb
