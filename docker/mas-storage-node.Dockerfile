# A storage node; its volume is /data. `./mas images` builds it; why it is as it is: docker/RATIONALE.md.
ARG BASE=eclipse-temurin:25-jre

FROM ${BASE} AS parts
WORKDIR /parts
COPY mas-storage-node/target/lib lib
# What is ours changes with every build, the rest hardly ever.
RUN mkdir -p own/lib && mv lib/mas-*.jar own/lib/
COPY mas-storage-node/target/mas-storage-node-exec.jar own/mas-storage-node.jar
COPY docker/jvm.flags own/

FROM ${BASE} AS trained
WORKDIR /opt/mas
COPY --from=parts /parts/lib lib
COPY --from=parts /parts/own .
COPY docker/train.sh .
RUN ./train.sh mas-storage-node 'Started StorageNodeApplication'

FROM ${BASE}
LABEL org.opencontainers.image.title="mas-storage-node" org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.description="MAS, a distributed object store: storage node"
WORKDIR /opt/mas
COPY --from=parts /parts/lib lib
COPY --from=trained /opt/mas/mas-storage-node.aot .
COPY --from=parts /parts/own .
# A new volume takes the owner of the directory that it is mounted on.
RUN mkdir /data && chown 10001:10001 /data
ENV JDK_JAVA_OPTIONS="-XX:MaxRAMPercentage=50" MALLOC_ARENA_MAX=2 LC_ALL=C.UTF-8 \
    MAS_NODE_DATA=/data MAS_NODE_BIND_ADDRESS=0.0.0.0
USER 10001:10001
# 9101 for gateways and workers alone, 9102 for probes and metrics.
EXPOSE 9101 9102
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9102; printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3; head -1 <&3 | grep -q ' 200'"]
ENTRYPOINT ["java", "@/opt/mas/jvm.flags", "-XX:AOTCache=/opt/mas/mas-storage-node.aot", "-jar", "/opt/mas/mas-storage-node.jar"]
