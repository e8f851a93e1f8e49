# The gateway and, by MAS_ROLES, the repair worker. `./mas images` builds it; why it is as it is: docker/RATIONALE.md.
ARG BASE=eclipse-temurin:25-jre

FROM ${BASE} AS parts
WORKDIR /parts
COPY mas-api/target/lib lib
# RocksDB (92 MB) is the database of `./mas up` alone. What is ours changes with every build, the rest hardly ever.
RUN rm lib/rocksdbjni-*.jar && mkdir -p own/lib && mv lib/mas-*.jar own/lib/
COPY mas-api/target/mas-api-exec.jar own/mas-api.jar
COPY mas-dev/target/mas-dev-exec.jar own/mas-dev.jar
COPY docker/jvm.flags own/
# The native library of zstd, which is not to be written to /tmp and executed there.
COPY mas-api/target/native/linux native
RUN case $(uname -m) in x86_64) cpu=amd64 ;; *) cpu=aarch64 ;; esac && mkdir zstd && cp native/$cpu/libzstd-jni-*.so zstd/libzstd-jni.so

FROM ${BASE} AS trained
WORKDIR /opt/mas
COPY --from=parts /parts/lib lib
COPY --from=parts /parts/own .
COPY docker/train.sh .
RUN ./train.sh mas-api 'waiting for MongoDB'

FROM ${BASE}
LABEL org.opencontainers.image.title="mas-api" org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.description="MAS, a distributed object store: gateway and repair worker"
WORKDIR /opt/mas
COPY --from=parts /parts/lib lib
COPY --from=parts /parts/zstd .
COPY --from=trained /opt/mas/mas-api.aot .
COPY --from=parts /parts/own .
COPY docker/mas /usr/local/bin/
# Half of the container's memory: blocks under way (mas.block.buffers), threads and classes need the rest.
ENV JDK_JAVA_OPTIONS="-XX:MaxRAMPercentage=50" MALLOC_ARENA_MAX=2 LC_ALL=C.UTF-8
USER 10001:10001
# 8080 for everybody, 8081 for probes and metrics.
EXPOSE 8080 8081
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8081; printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3; head -1 <&3 | grep -q ' 200'"]
ENTRYPOINT ["java", "@/opt/mas/jvm.flags", "-DZstdNativePath=/opt/mas/libzstd-jni.so", \
            "-XX:AOTCache=/opt/mas/mas-api.aot", "-jar", "/opt/mas/mas-api.jar"]
