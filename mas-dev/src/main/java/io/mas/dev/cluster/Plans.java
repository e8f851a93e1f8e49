package io.mas.dev.cluster;

import io.mas.dev.cluster.ClusterProcess.Plan;
import io.mas.dev.options.Address;
import io.mas.dev.options.ClusterOptions;
import io.mas.dev.options.DataDirectory;
import io.mas.dev.options.SystemTokenSettings;
import io.mas.dev.server.ServerProcess;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * How each process is started. Settings that everybody may see are arguments; the others are file
 * secrets, since every user of a machine sees the arguments of its processes.
 */
final class Plans {
  private static final String GATEWAY_HEAP = "256m";
  private static final String NODE_HEAP = "128m";

  /**
   * Clients come before repairs where the processors do not do for both, as by the requests of the
   * chart. In a session of its own nice(1) does that only without {@code
   * kernel.sched_autogroup_enabled} (sched(7)).
   */
  private static final List<String> BEHIND_CLIENTS = List.of("nice", "-n", "10");

  /** A stop as a whole is to take less than 15 s. */
  private static final String GRACE = "2s";

  private final ClusterOptions options;
  private final DataDirectory data;
  private final Programs programs;
  private final Network network;
  private final Map<String, String> uris;
  private final Path logs;
  private final Map<String, String> environment;
  private final String clusterId;

  /**
   * @param uris where the servers listen, by their names
   */
  Plans(
      ClusterOptions options,
      DataDirectory data,
      Programs programs,
      Network network,
      Map<String, String> uris) {
    this.options = options;
    this.data = data;
    this.programs = programs;
    this.network = network;
    this.uris = Map.copyOf(uris);
    this.logs = data.path().resolve("logs");
    this.clusterId = data.clusterId();
    Map<String, String> secrets = new TreeMap<>();
    secrets.put("mas.internal.keys", data.secret("internal-key"));
    secrets.putAll(SystemTokenSettings.of(data.systemToken()));
    uris.forEach((server, uri) -> secrets.put("mas.%s.uri".formatted(server), uri));
    this.environment =
        Map.of(
            "MAS_SECRETS",
            data.secrets(secrets).toString(),
            // glibc otherwise keeps an arena of freed native memory for every thread.
            "MALLOC_ARENA_MAX",
            "2");
  }

  /** The gateway with this number, from 1. */
  Plan gateway(int number) {
    Address api = listening("--port", options.port(), number);
    Address management = management(number);
    String name = "gateway-" + number;
    Map<String, Object> settings = services(name, "gateway", management);
    settings.put("server.address", api.bind());
    settings.put("server.port", api.port());
    return new Plan(
        name, api.uri(), management.uri(), logs, environment, gatewayCommand(name, settings));
  }

  /**
   * The repair worker.
   *
   * @param number its place after the gateways, from 1
   */
  Plan worker(int number) {
    Address management = management(number);
    String name = "worker";
    return new Plan(
        name,
        management.uri(),
        management.uri(),
        logs,
        environment,
        Stream.concat(
                BEHIND_CLIENTS.stream(),
                gatewayCommand(name, services(name, "repair", management)).stream())
            .toList());
  }

  private List<String> gatewayCommand(String name, Map<String, Object> settings) {
    return command(name, programs.gateway(), GATEWAY_HEAP, settings);
  }

  private List<String> command(
      String name, List<String> program, String heap, Map<String, Object> settings) {
    List<String> flagged = Stream.concat(network.flags(name).stream(), program.stream()).toList();
    return Programs.command(flagged, heap, arguments(settings));
  }

  private Map<String, Object> services(String name, String role, Address management) {
    Map<String, Object> settings = common(name, management);
    settings.put("mas.roles", role);
    settings.put("mas.object.erasure", options.erasure());
    settings.put("mas.placement.min-node-failures", options.minNodeFailures());
    settings.putAll(options.settings());
    return settings;
  }

  private Map<String, Object> common(String name, Address management) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("mas.cluster-id", clusterId);
    settings.put("management.server.address", management.bind());
    settings.put("management.server.port", management.port());
    settings.put("spring.lifecycle.timeout-per-shutdown-phase", GRACE);
    uris.forEach(
        (server, uri) -> {
          String through = network.toServer(name, server, uri);
          if (!through.equals(uri)) { // else it is among the secrets, as it may hold a password
            settings.put("mas.%s.uri".formatted(server), through);
          }
        });
    return settings;
  }

  /** The storage node with this number, from 1: as if on a machine of its own. */
  Plan node(int number) {
    String name = DataDirectory.nodeName(number);
    Address internal = new Address(ClusterOptions.LOOPBACK, ServerProcess.freePort());
    Address management = new Address(ClusterOptions.LOOPBACK, ServerProcess.freePort());
    URI announced = network.toNode(name, internal.uri());
    Map<String, Object> settings = common(name, management);
    settings.put("mas.node.data", data.path().resolve(name));
    settings.put("mas.node.bind-address", internal.bind());
    settings.put("mas.node.port", internal.port());
    settings.put("mas.node.address", announced);
    settings.put("mas.node.process", name);
    settings.put("mas.node.host", name);
    // As in the one-process form: several nodes share the memory and the disk of this machine.
    settings.put("mas.node.cached-blocks", 8192);
    settings.put("mas.node.disk-threads", 8);
    settings.put("mas.node.put-memory", "16MB");
    settings.put("mas.node.max-reads", 32);
    return new Plan(
        name,
        announced,
        management.uri(),
        logs,
        environment,
        command(name, programs.node(), NODE_HEAP, settings));
  }

  private Address management(int number) {
    return listening("--management-port", options.managementPort(), number);
  }

  private Address listening(String option, int first, int number) {
    int port = first == 0 ? ServerProcess.freePort() : first + number - 1;
    Address address = new Address(options.bind(), port);
    address.requireFree(option);
    return address;
  }

  private static List<String> arguments(Map<String, Object> settings) {
    return settings.entrySet().stream()
        .map(setting -> "--%s=%s".formatted(setting.getKey(), setting.getValue()))
        .toList();
  }
}
