package io.mas.dev.server;

import io.mas.dev.server.RedisServer.Persistence;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A primary, two replicas of it, and three sentinels that put a replica in its place within about
 * two seconds of its end.
 */
public final class RedisSentinel implements Server {
  private static final String NAME = "mas";
  private static final int REPLICAS = 2;
  private static final int SENTINELS = 3;

  /** How long a primary must be silent; the least that does not take a busy machine for dead. */
  private static final Duration DOWN_AFTER = Duration.ofSeconds(1);

  /** Sentinels of a busy machine may do nothing for 30 s (TILT mode). */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<RedisServer> servers;
  private final List<RedisServer> sentinels;

  /**
   * Servers that do not run yet.
   *
   * @param directory for their data; made if there is none
   */
  public RedisSentinel(Path directory, Persistence persistence) {
    RedisServer first = new RedisServer(directory.resolve("redis-0"), persistence);
    this.servers =
        Stream.concat(
                Stream.of(first),
                IntStream.rangeClosed(1, REPLICAS)
                    .mapToObj(
                        i ->
                            new RedisServer(
                                directory.resolve("redis-" + i),
                                persistence,
                                "replicaof 127.0.0.1 " + first.port())))
            .toList();
    this.sentinels =
        IntStream.range(0, SENTINELS)
            .mapToObj(i -> sentinel(directory.resolve("sentinel-" + i), first.port()))
            .toList();
  }

  private static RedisServer sentinel(Path directory, int primary) {
    return RedisServer.sentinel(
        directory,
        "sentinel monitor %s 127.0.0.1 %d %d".formatted(NAME, primary, SENTINELS / 2 + 1),
        "sentinel down-after-milliseconds %s %d".formatted(NAME, DOWN_AFTER.toMillis()),
        "sentinel failover-timeout %s %d".formatted(NAME, 2 * DOWN_AFTER.toMillis()));
  }

  /** {@code redis-sentinel://host:port,host:port,host:port/0#mas}. */
  @Override
  public String uri() {
    return sentinels.stream()
        .map(sentinel -> "127.0.0.1:" + sentinel.port())
        .collect(Collectors.joining(",", "redis-sentinel://", "/0#" + NAME));
  }

  /** The sentinels come last: they ask for replicas when they start, and then every 10 s. */
  @Override
  public void start() {
    servers.forEach(RedisServer::start);
    Waiting.until("%d replicas are in step".formatted(REPLICAS), PATIENCE, this::inStep);
    sentinels.forEach(RedisServer::start);
    Waiting.until("every sentinel sees all the others", PATIENCE, this::complete);
  }

  private boolean inStep() {
    return servers.stream()
            .map(server -> server.command("INFO", "replication"))
            .filter(info -> info.contains("master_link_status:up"))
            .count()
        == REPLICAS;
  }

  private boolean complete() {
    String view = "slaves=%d,sentinels=%d".formatted(REPLICAS, SENTINELS);
    return sentinels.stream()
        .map(sentinel -> sentinel.command("INFO", "sentinel"))
        .allMatch(info -> info.contains("status=ok") && info.contains(view));
  }

  /** The server that the first sentinel that runs takes for the primary. */
  public RedisServer primary() {
    RedisServer sentinel = sentinels.stream().filter(RedisServer::runs).findFirst().orElseThrow();
    String info = sentinel.command("INFO", "sentinel");
    return servers.stream()
        .filter(server -> info.contains("address=127.0.0.1:%d,".formatted(server.port())))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no server of ours is primary: " + info));
  }

  /** The servers that keep data, the first primary first. */
  public List<RedisServer> servers() {
    return servers;
  }

  /** The sentinels. */
  public List<RedisServer> sentinels() {
    return sentinels;
  }

  private Stream<RedisServer> all() {
    return Stream.concat(sentinels.stream(), servers.stream());
  }

  @Override
  public List<ServerProcess> processes() {
    return all().flatMap(server -> server.processes().stream()).toList();
  }

  @Override
  public void stop() {
    all().forEach(RedisServer::stop);
  }

  @Override
  public void kill() {
    all().forEach(RedisServer::kill);
  }

  @Override
  public void suspend() {
    all().forEach(RedisServer::suspend);
  }

  @Override
  public void resume() {
    all().forEach(RedisServer::resume);
  }
}
