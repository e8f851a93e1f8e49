package io.mas.standalone.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.dev.server.ServerProcess;
import io.mas.standalone.Health;
import io.mas.standalone.MasClient;
import io.mas.standalone.Scratch;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The cluster of {@code docker/compose.yaml}, as its first lines tell to start it, under a name of
 * its own. Used by one thread.
 */
final class ContainerCluster implements AutoCloseable {
  static final int NODES = 6;

  /** 25 s on a machine that is not busy. */
  private static final Duration START = Duration.ofMinutes(5);

  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private final Path data = Scratch.directory("mas-containers-");
  private final Path folder = data.resolve("docker");
  private final String project = "mas-test-" + ProcessHandle.current().pid();
  private final SmallDisk disk = new SmallDisk(data);
  private final Shell shell;
  private final List<MasClient> gateways = new ArrayList<>();

  /**
   * Ids of the containers by their services: no restart changes one, and compose takes a second.
   */
  private final Map<String, String> containers = new HashMap<>();

  /** Starts it and waits until every gateway knows every node; the caller closes it. */
  ContainerCluster() throws IOException {
    Shell repository = Shell.inRepository();
    repository.run("cp", "-r", "docker", data.toString());
    new Shell(folder, Map.of()).run("./prepare.sh");
    // The stand-in for MongoDB knows itself by no name.
    Path uri = folder.resolve("secrets/mas/mas.mongodb.uri");
    Files.delete(uri);
    Files.writeString(
        uri, "mongodb://mongodb:27017/mas?directConnection=true&serverMonitoringMode=poll");
    this.shell =
        new Shell(
            folder,
            Map.of(
                "MAS_VERSION",
                Images.VERSION,
                "MONGODB_IMAGE",
                "mas-test/mongodb",
                "REDIS_IMAGE",
                "mas-test/redis",
                "RABBITMQ_IMAGE",
                "mas-test/rabbitmq",
                "MAS_TEST_DISK",
                disk.mounted().toString(),
                "MAS_PORT_1",
                "" + ServerProcess.freePort(),
                "MAS_PORT_2",
                "" + ServerProcess.freePort()));
    try {
      start();
    } catch (IOException | RuntimeException | AssertionError e) {
      close();
      throw e;
    }
  }

  private void start() throws IOException {
    compose("up", "-d");
    String token = Files.readString(folder.resolve("secrets/system-token"));
    for (int gateway = 1; gateway <= 2; gateway++) {
      gateways.add(new MasClient(published(gateway), token, DEADLINE));
    }
    awaitWhole();
  }

  private URI published(int gateway) {
    return URI.create("http://127.0.0.1:" + shell.environment().get("MAS_PORT_" + gateway));
  }

  private String compose(String... arguments) {
    return shell.run(
        with(
            arguments,
            "docker-compose",
            "-p",
            project,
            "-f",
            "compose.yaml",
            "-f",
            "test/compose.yaml"));
  }

  private static String[] with(String[] arguments, String... command) {
    return Stream.concat(Stream.of(command), Stream.of(arguments)).toArray(String[]::new);
  }

  /** Clients of both gateways. */
  List<MasClient> gateways() {
    return List.copyOf(gateways);
  }

  /** The client of a gateway, 1 or 2. */
  MasClient through(int gateway) {
    return gateways.get(gateway - 1);
  }

  /** Where {@code node-6} has its data. */
  SmallDisk disk() {
    return disk;
  }

  /** The services of MAS by their names: gateways, the worker, nodes. */
  static List<String> services() {
    List<String> services = new ArrayList<>(List.of("gateway-1", "gateway-2", "worker"));
    IntStream.rangeClosed(1, NODES).forEach(node -> services.add("node-" + node));
    return services;
  }

  /** The id of a service's container. */
  String container(String service) {
    return containers.computeIfAbsent(service, name -> compose("ps", "-q", name));
  }

  /** What the engine says of a service's container, by a template of Go. */
  String inspect(String service, String template) {
    return shell.run("docker", "inspect", "-f", template, container(service));
  }

  /** What a command prints in a service's container, such as {@code id -u}. */
  String in(String service, String... command) {
    return shell.run(inside(service, command));
  }

  /** Whether such a command fails. */
  boolean failsIn(String service, String... command) {
    return !shell.succeeds(inside(service, command));
  }

  private String[] inside(String service, String... command) {
    return with(command, "docker", "exec", container(service));
  }

  /** A command of the engine on a service's container: kill, pause, unpause, start, stop. */
  void docker(String command, String service) {
    shell.run("docker", command, container(service));
  }

  /** A rule of iptables in the network namespace of a service's container. */
  void iptables(String service, String... rule) {
    String process = inspect(service, "{{.State.Pid}}");
    shell.run(with(rule, "nsenter", "-t", process, "-n", "iptables"));
  }

  /** The address of a service's container among the nodes. */
  String address(String service) {
    return inspect(
        service, "{{(index .NetworkSettings.Networks \"%s_nodes\").IPAddress}}".formatted(project));
  }

  /** Where a gateway or the worker tells how it is; no port of this machine leads there. */
  URI management(String service) {
    return URI.create("http://%s:8081".formatted(address(service)));
  }

  /** Waits until all containers are healthy and every gateway and the worker see all nodes up. */
  void awaitWhole() {
    await()
        .atMost(START)
        .untilAsserted(
            () -> {
              assertThat(health()).as("health of %s", services()).containsOnly("healthy");
              for (String service : List.of("gateway-1", "gateway-2", "worker")) {
                assertThat(Health.count(management(service), "UP")).as(service).isEqualTo(NODES);
              }
            });
  }

  /**
   * As the engine says, of all services of MAS at once: each command of it takes from who starts.
   */
  private List<String> health() {
    String[] ids = services().stream().map(this::container).toArray(String[]::new);
    String all = shell.run(with(ids, "docker", "inspect", "-f", "{{.State.Health.Status}}"));
    return all.lines().toList();
  }

  @Override
  public void close() {
    gateways.forEach(MasClient::close);
    compose("down", "-v", "-t", "1");
    disk.close();
    Scratch.delete(data);
  }
}
