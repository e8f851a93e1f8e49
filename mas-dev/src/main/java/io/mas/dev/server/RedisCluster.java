package io.mas.dev.server;

import io.mas.dev.server.RedisServer.Persistence;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A Redis Cluster of three primaries with one replica each, which takes the place of its primary
 * within about two seconds of its end.
 */
public final class RedisCluster implements Server {
  private static final int SERVERS = 6;

  /** How long a server must be silent; the least that does not take a busy machine for dead. */
  private static final Duration NODE_TIMEOUT = Duration.ofSeconds(1);

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Of a line of CLUSTER NODES; what precedes it says which server it is and how it fares. */
  private static final int FIRST_SLOT_COLUMN = 8;

  private final Path directory;
  private final List<RedisServer> servers;

  /**
   * Servers that do not run yet.
   *
   * @param directory for their data; made if there is none
   */
  public RedisCluster(Path directory, Persistence persistence) {
    this.directory = directory;
    this.servers =
        IntStream.range(0, SERVERS)
            .mapToObj(i -> server(directory.resolve("redis-" + i), persistence))
            .toList();
  }

  private static RedisServer server(Path directory, Persistence persistence) {
    return new RedisServer(
        directory,
        persistence,
        "cluster-enabled yes",
        "cluster-port " + ServerProcess.freePort(),
        "cluster-node-timeout " + NODE_TIMEOUT.toMillis());
  }

  /** {@code redis-cluster://host:port,host:port,…}. */
  @Override
  public String uri() {
    return servers.stream()
        .map(server -> "127.0.0.1:" + server.port())
        .collect(Collectors.joining(",", "redis-cluster://", ""));
  }

  @Override
  public void start() {
    servers.forEach(RedisServer::start);
    if (knows(servers.getFirst(), "cluster_known_nodes:1\r")) {
      create();
    }
    Waiting.until("the cluster has its replicas", PATIENCE, this::complete);
  }

  private void create() {
    List<String> command = new ArrayList<>();
    command.add(Program.find("redis-cli", "Install it: apt-get install redis-tools"));
    command.addAll(List.of("--cluster", "create"));
    servers.forEach(server -> command.add("127.0.0.1:" + server.port()));
    command.addAll(List.of("--cluster-replicas", "1", "--cluster-yes"));
    ServerProcess cli = ServerProcess.start("redis-cli", directory, Map.of(), command);
    if (!cli.ended(PATIENCE)) {
      cli.kill();
    }
  }

  private static boolean knows(RedisServer server, String fact) {
    return server.command("CLUSTER", "INFO").contains(fact);
  }

  private boolean complete() {
    return servers.stream()
            .allMatch(
                server ->
                    knows(server, "cluster_state:ok")
                        && knows(server, "cluster_known_nodes:" + SERVERS))
        && servers.stream().filter(RedisCluster::follows).count() == SERVERS / 2;
  }

  private static boolean follows(RedisServer server) {
    return server.command("INFO", "replication").contains("master_link_status:up");
  }

  /** The primary of the slot that a key is in, as the servers that run see it. */
  public RedisServer primary(String key) {
    RedisServer witness = servers.stream().filter(RedisServer::runs).findFirst().orElseThrow();
    int slot = Integer.parseInt(witness.command("CLUSTER", "KEYSLOT", key));
    return servers.stream()
        .filter(RedisServer::runs)
        .filter(server -> owns(server, slot))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("nobody has slot %d".formatted(slot)));
  }

  /** Whether a server takes itself for the primary of a slot. */
  private static boolean owns(RedisServer server, int slot) {
    return server
        .command("CLUSTER", "NODES")
        .lines()
        .filter(line -> line.contains("myself,master"))
        .flatMap(line -> Arrays.stream(line.split(" ", -1)).skip(FIRST_SLOT_COLUMN))
        .anyMatch(range -> contains(range, slot));
  }

  /** A range is {@code 5} or {@code 5-9}; {@code [5->-node]} is a slot under way. */
  private static boolean contains(String range, int slot) {
    if (range.startsWith("[")) {
      return false;
    }
    String[] ends = range.split("-", -1);
    return Integer.parseInt(ends[0]) <= slot && slot <= Integer.parseInt(ends[ends.length - 1]);
  }

  /** All servers. */
  public List<RedisServer> servers() {
    return servers;
  }

  @Override
  public List<ServerProcess> processes() {
    return servers.stream().flatMap(server -> server.processes().stream()).toList();
  }

  @Override
  public void stop() {
    servers.forEach(RedisServer::stop);
  }

  @Override
  public void kill() {
    servers.forEach(RedisServer::kill);
  }

  @Override
  public void suspend() {
    servers.forEach(RedisServer::suspend);
  }

  @Override
  public void resume() {
    servers.forEach(RedisServer::resume);
  }
}
