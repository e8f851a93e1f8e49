package io.mas.standalone.chaos;

import static java.util.Objects.requireNonNull;

import io.mas.api.metadata.MetadataConfiguration;
import io.mas.api.metadata.MetadataStore;
import io.mas.dev.cluster.ClusterProcess;
import io.mas.dev.cluster.DevCluster;
import io.mas.dev.options.ClusterOptions;
import io.mas.dev.options.Command;
import io.mas.dev.options.DataDirectory;
import io.mas.standalone.MasClient;
import io.mas.standalone.Scratch;
import io.mas.standalone.TrainedPrograms;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.MapPropertySource;

/**
 * A cluster with a proxy on every link: seven nodes, 4+2, so that a node may be away and every
 * block still has six places; two gateways, a worker, and the servers.
 */
final class ChaosCluster implements AutoCloseable {
  static final int NODES = 7;

  /** m of the layout. */
  static final int SURVIVED = 2;

  /** A process that hangs for 10 s, and what waits for it, is no request without an end. */
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private static final Path LOG = Path.of("target", "chaos.log");

  private static final String ENDED = " has ended with code ";

  private final Path data = Scratch.directory("mas-chaos-");
  private final Links links = new Links(data, NODES);
  private final Harm harm = new Harm(SURVIVED);
  private final Queue<String> ends = new ConcurrentLinkedQueue<>();
  private final DataDirectory folder;
  private final DevCluster cluster;
  private boolean kept;
  private final Map<String, MasClient> clients = new LinkedHashMap<>();

  /** Starts it, which takes about a minute; the caller closes it. */
  ChaosCluster() {
    ClusterOptions options =
        ClusterOptions.in(data)
            .withNodes(NODES, "4+%d".formatted(SURVIVED))
            .withSettings(settings());
    this.folder = DataDirectory.open(Command.DEV, options);
    this.cluster =
        DevCluster.start(options, folder, TrainedPrograms.services(), links, this::heardOf);
    cluster.gateways().forEach(gateway -> clients.put(gateway.name(), connect(gateway)));
  }

  /** With which repair and collection are through within a test, whatever chaos has left. */
  private static Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>(Scratch.QUICK_GARBAGE);
    // Its note is there before the deletion, which may be held back for 10 s.
    settings.put("mas.object.delete-grace", "30s");
    settings.put("mas.garbage.every", "5s");
    settings.put("mas.garbage.grace", "20s");
    settings.put("mas.garbage.attempt-grace", "20s");
    // A sweep is to be through before its worker is killed, which it is each minute; and so many
    // writers die here that it would take what they leave for the sign of wrong metadata.
    settings.put("mas.garbage.pause", "0s");
    settings.put("mas.garbage.breaker.floor", "1000000");
    settings.put("mas.object.prepared-grace", "20s");
    settings.put("mas.repair.lease", "10s");
    settings.put("mas.repair.backoff-most", "5s");
    // What was killed is an observer that cannot agree until it has been silent for so long.
    settings.put("mas.nodes.verdict.observer-timeout", "10s");
    settings.put("mas.nodes.verdict.settle", "10s");
    settings.put("mas.nodes.verdict.repeat", "2s");
    return settings;
  }

  private MasClient connect(ClusterProcess gateway) {
    return new MasClient(
        links.toGateway(gateway.name(), gateway.address()), cluster.systemToken(), DEADLINE);
  }

  /** A process that ends while nothing is done to it has not been told to. */
  private void heardOf(String line) {
    log(line);
    int name = line.indexOf(' ');
    if (line.contains(ENDED) && name > 0 && !harm.has(name(line.substring(0, name)))) {
      ends.add(line);
    }
  }

  /** The name that a server has among those of the cluster. */
  private static String name(String process) {
    return switch (process) {
      case "redis-server", "redis" -> "redis";
      case "rabbitmq-server", "epmd" -> "rabbitmq";
      default -> process;
    };
  }

  /**
   * Says something with the time, and in {@code target/chaos.log} at once: a long run is watched.
   */
  static void log(String line) {
    String timed =
        "%s %s%n"
            .formatted(LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.MILLIS), line);
    System.out.print(timed);
    try {
      Files.writeString(LOG, timed, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  DevCluster cluster() {
    return cluster;
  }

  Links links() {
    return links;
  }

  Harm harm() {
    return harm;
  }

  /** A client of each gateway. */
  List<MasClient> clients() {
    return List.copyOf(clients.values());
  }

  /** The client of one gateway. */
  MasClient client(String gateway) {
    return requireNonNull(clients.get(gateway), gateway);
  }

  /** What its disks hold, when that is as its database says, or after so long. */
  Audit audit(Set<String> unseen, Duration patience) throws InterruptedException {
    try (var context = metadata()) {
      return Audit.settled(cluster, context.getBean(MetadataStore.class), unseen, patience);
    }
  }

  /** A {@link MetadataStore} of its own on the database of the cluster. */
  AnnotationConfigApplicationContext metadata() {
    var context = new AnnotationConfigApplicationContext();
    Map<String, Object> settings =
        Map.of("mas.mongodb.uri", cluster.mongodb().uri(), "mas.cluster-id", folder.clusterId());
    context
        .getEnvironment()
        .getPropertySources()
        .addFirst(new MapPropertySource("audit", settings));
    context.registerBean(MeterRegistry.class, SimpleMeterRegistry::new);
    context.register(MetadataConfiguration.class);
    context.refresh();
    return context;
  }

  /** Leaves disks and logs where they are at the end: something in them is to be explained. */
  void keep() {
    kept = true;
    log("disks and logs are kept in " + data);
  }

  /** Processes that ended by themselves; to be none. */
  List<String> ends() {
    return List.copyOf(ends);
  }

  @Override
  public void close() {
    clients.values().forEach(MasClient::close);
    cluster.close();
    links.close();
    if (!kept) {
      Scratch.delete(data);
    }
  }
}
