package io.mas.dev.cluster;

import io.mas.dev.options.ClusterOptions;
import io.mas.dev.options.DataDirectory;
import io.mas.dev.options.StartProblem;
import io.mas.dev.server.Server;
import io.mas.dev.server.ServerProcess;
import io.mas.dev.server.Waiting;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Two gateways, a repair worker, storage nodes, and the servers that they need, each a process of
 * this machine: what {@code ./mas dev} runs, and what tests of the whole cluster take apart.
 * Thread-safe.
 */
public final class DevCluster implements AutoCloseable {
  private static final int GATEWAYS = 2;

  /** Until all that runs has found all the others again. */
  private static final Duration MEETING = Duration.ofMinutes(1);

  private final DataDirectory data;
  private final Leftovers leftovers;
  private final Servers servers;
  private final List<ClusterProcess> gateways;
  private final ClusterProcess worker;
  private final List<ClusterProcess> nodes;
  private final Consumer<String> console;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean whole;
  private boolean closing;

  private DevCluster(
      ClusterOptions options,
      DataDirectory data,
      Programs programs,
      Network network,
      Consumer<String> console) {
    this.data = data;
    this.console = console;
    this.leftovers = new Leftovers(data.path());
    this.servers = new Servers(options.middleware(), data.path());
    Plans plans = new Plans(options, data, programs, network, servers.uris());
    this.gateways = processes(GATEWAYS, plans::gateway);
    this.worker = new ClusterProcess(plans.worker(GATEWAYS + 1), watcher());
    this.nodes = processes(options.nodes(), plans::node);
  }

  private List<ClusterProcess> processes(int count, IntFunction<ClusterProcess.Plan> plan) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(number -> new ClusterProcess(plan.apply(number), watcher()))
        .toList();
  }

  /**
   * Starts everything; when this returns, both gateways answer requests and know all nodes.
   *
   * @param options what {@code ./mas dev} is told; port 0: any free ones
   * @param data belongs to the cluster from now on, which closes it
   * @param console what the user is to be told, such as that a process has ended by itself
   * @throws StartProblem if something does not come up; nothing runs then
   * @throws io.mas.dev.server.ServerMissingException if a server is not installed
   */
  public static DevCluster start(
      ClusterOptions options, DataDirectory data, Programs programs, Consumer<String> console) {
    return start(options, data, programs, Network.DIRECT, console);
  }

  /**
   * The same with something between its processes.
   *
   * @param network belongs to the caller, who ends it after the cluster
   */
  public static DevCluster start(
      ClusterOptions options,
      DataDirectory data,
      Programs programs,
      Network network,
      Consumer<String> console) {
    DevCluster cluster = make(options, data, programs, network, console);
    ServerProcess.beforeExit(cluster::close);
    try {
      cluster.servers.awaitRunning(console);
      // Everything at once: whoever needs another waits for it.
      Together.run(cluster.starts());
      cluster.awaitWhole(MEETING);
      cluster.whole = true;
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private static DevCluster make(
      ClusterOptions options,
      DataDirectory data,
      Programs programs,
      Network network,
      Consumer<String> console) {
    try {
      new Leftovers(data.path()).end(console); // they hold ports
      return new DevCluster(options, data, programs, network, console);
    } catch (RuntimeException e) {
      data.close();
      throw e;
    }
  }

  /** What starts all that does not run. */
  private List<Runnable> starts() {
    List<Runnable> starts = new ArrayList<>();
    servers
        .own()
        .forEach(
            (name, server) -> {
              if (!runs(server)) {
                starts.add(() -> start(name, server));
              }
            });
    processes()
        .filter(process -> !process.alive())
        .forEach(process -> starts.add(() -> start(process)));
    return starts;
  }

  private static boolean runs(Server server) {
    List<ServerProcess> processes = server.processes();
    return !processes.isEmpty() && processes.stream().allMatch(ServerProcess::alive);
  }

  private void start(ClusterProcess process) {
    process.start();
    told(process.name(), process.pid(), process.address());
  }

  private void told(String name, long pid, Object address) {
    console.accept("  %-16s pid %-8d %s".formatted(name, pid, address));
  }

  private void start(String name, Server server) {
    try {
      server.start();
    } catch (IllegalStateException e) {
      throw new StartProblem(
          "%s cannot start: %s".formatted(name, e.getMessage()),
          "Its logs are in %s".formatted(data.path().resolve(name)),
          e);
    }
    for (ServerProcess process : server.processes()) {
      told(process.name(), process.pid(), name);
      leftovers.add(process);
      process.onEnd(code -> ended(process, code));
    }
  }

  private ClusterProcess.Watcher watcher() {
    return new ClusterProcess.Watcher() {
      @Override
      public void started(ServerProcess process) {
        leftovers.add(process);
      }

      @Override
      public void ended(ServerProcess process, int code) {
        DevCluster.this.ended(process, code);
      }
    };
  }

  /** Of no interest before the cluster is whole, since the start fails then, and at its end. */
  private void ended(ServerProcess process, int code) {
    if (whole) {
      console.accept(
          "%s (pid %d) has ended with code %d; the others go on. Its log: %s"
              .formatted(process.name(), process.pid(), code, process.log()));
    }
  }

  /** Starts what does not run, resumes what is suspended, and waits until the cluster is whole. */
  public void heal() {
    heal(MEETING);
  }

  /**
   * The same, where much is to be repaired first.
   *
   * @param patience after which it fails
   */
  public void heal(Duration patience) {
    processes().filter(ClusterProcess::alive).forEach(ClusterProcess::resume);
    servers.own().values().stream().filter(DevCluster::runs).forEach(Server::resume);
    Together.run(starts());
    awaitWhole(patience);
  }

  /** Waits until nobody misses anything, and each gateway knows every node by its address. */
  private void awaitWhole(Duration patience) {
    try {
      Waiting.until("the cluster is whole", patience, () -> missing().isEmpty());
    } catch (IllegalStateException e) {
      throw new StartProblem(
          "The cluster does not become whole: %s.".formatted(missing()),
          "The logs are in %s".formatted(data.path().resolve("logs")),
          e);
    }
  }

  private String missing() {
    return Stream.concat(
            processes()
                .filter(process -> !process.healthy())
                .map(process -> "%s is not healthy: %s".formatted(process, process.trouble())),
            gateways.stream()
                .filter(gateway -> !knowsAllNodes(gateway))
                .map(gateway -> "%s does not know all nodes".formatted(gateway)))
        .findFirst()
        .orElse("");
  }

  private boolean knowsAllNodes(ClusterProcess gateway) {
    URI signal = gateway.address().resolve("/api/server/signal");
    String known = Endpoint.read(signal, data.systemToken());
    return nodes.stream()
        .allMatch(node -> known.contains('"' + node.address().getAuthority() + '"'));
  }

  /** Gateways, the worker, then nodes. */
  public Stream<ClusterProcess> processes() {
    return Stream.of(gateways.stream(), Stream.of(worker), nodes.stream()).flatMap(some -> some);
  }

  /** The gateways, gateway 1 first. */
  public List<ClusterProcess> gateways() {
    return gateways;
  }

  /** A gateway, from 1. */
  public ClusterProcess gateway(int number) {
    return gateways.get(number - 1);
  }

  /** The process of the repair role. */
  public ClusterProcess worker() {
    return worker;
  }

  /** The storage nodes, node 1 first. */
  public List<ClusterProcess> nodes() {
    return nodes;
  }

  /** A storage node, from 1. */
  public ClusterProcess node(int number) {
    return nodes.get(number - 1);
  }

  /** The folder that a storage node keeps its shards in. */
  public Path nodeData(int number) {
    return data.path().resolve(DataDirectory.nodeName(number));
  }

  /** The MongoDB that the cluster has started; it must be its own. */
  public Server mongodb() {
    return servers.own(Servers.MONGODB);
  }

  /** The Redis that the cluster has started; it must be its own. */
  public Server redis() {
    return servers.own(Servers.REDIS);
  }

  /** The RabbitMQ that the cluster has started; it must be its own. */
  public Server rabbitmq() {
    return servers.own(Servers.RABBITMQ);
  }

  /** The servers that the cluster has started itself, by their names. */
  public Map<String, Server> servers() {
    return servers.own();
  }

  /** The secret of the business backend. */
  public String systemToken() {
    return data.systemToken();
  }

  /**
   * Stops everything: gateways first, since requests under way need nodes, then nodes, which say
   * that they leave, then servers. Closing again waits until all is closed.
   */
  @Override
  public synchronized void close() {
    if (closing) {
      return;
    }
    closing = true;
    whole = false;
    console.accept("Stopping ...");
    stop(Stream.concat(gateways.stream(), Stream.of(worker)).map(process -> process::stop));
    stop(nodes.stream().map(node -> node::stop));
    stop(servers.own().values().stream().map(server -> server::stop));
    leftovers.clear();
    data.close();
    console.accept("Stopped; the files are kept.");
    closed.countDown();
  }

  /** Waits until somebody closes it, such as the end of this JVM. */
  public void awaitClose() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void stop(Stream<Runnable> stops) {
    Together.run(stops.toList());
  }
}
