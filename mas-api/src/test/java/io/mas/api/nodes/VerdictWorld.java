package io.mas.api.nodes;

import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.NodeDocument.Lost;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.object.ObjectWorld;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.cluster.NodeState;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.Layout;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/**
 * Processes that watch the same nodes over the same metadata, in steps of a second that a test
 * takes. Each has links and a clock of its own, which may be cut and wrong.
 */
final class VerdictWorld implements AutoCloseable {
  static final Layout LAYOUT = Layout.of(4, 2, 1 << 20);
  static final VerdictProperties PROPERTIES =
      new Binder(new MapConfigurationPropertySource())
          .bindOrCreate("mas.nodes.verdict", VerdictProperties.class);

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final long SILENT_AFTER_MILLIS = 2500;

  final MetadataStore store;
  final AtomicLong nanos = new AtomicLong(5);
  final List<Watcher> watchers = new ArrayList<>();
  final List<NodeAnnouncement> nodes = new ArrayList<>();
  final Set<NodeAnnouncement> down = new HashSet<>();
  final AtomicInteger verdicts = new AtomicInteger();
  boolean broker = true;
  boolean metadataAnswer = true;

  VerdictWorld(Path directory) {
    store = RocksMetadataStore.open(directory);
    IntStream.rangeClosed(1, 6).forEach(i -> nodes.add(news("node-" + i, "process-" + i, 1)));
  }

  NodeAnnouncement news(String id, String process, long counter) {
    return new NodeAnnouncement(
        new NodeIdentity(store.clusterId(), id, counter, "boot-" + counter),
        1,
        1,
        URI.create("http://127.0.0.1:" + (1000 + Math.floorMod(id.hashCode(), 50_000))),
        process,
        "host",
        "zone",
        1,
        1,
        NodeState.UP);
  }

  /** A gateway or worker. */
  final class Watcher {
    final Identities links = new Identities();
    final String id;
    final NodeView view;
    final ProcessHeartbeat heartbeat;
    private final NodeObserver observer;
    private final Verdicts judge;
    private final boolean repairs;
    long wrongBy;
    boolean paused;

    Watcher(String id, boolean repairs, Set<VerdictRule> rules, Set<IdentityRule> identityRules) {
      this.id = id;
      this.repairs = repairs;
      MetadataStore metadata =
          ObjectWorld.meddled(
              store,
              (_, _, original) -> {
                if (!metadataAnswer) {
                  throw new MasException(ErrorCode.METADATA_UNREACHABLE, "down");
                }
                return original.call();
              });
      Clocks clocks = new Clocks(() -> Instant.ofEpochMilli(wall()), nanos::get);
      NodesProperties times =
          new NodesProperties(
              Duration.ofMillis(SILENT_AFTER_MILLIS), SECOND, SECOND, SECOND, SECOND, 4, "");
      NodeLives lives = new NodeLives(metadata, identityRules);
      Probes probes = new Probes(PROPERTIES.steady(), rules, nanos::get);
      view = new NodeView(lives, links, times, clocks.wall(), probes);
      heartbeat = new ProcessHeartbeat(id, metadata, clocks.wall(), SECOND);
      observer = new NodeObserver(heartbeat, view, metadata, PROPERTIES, clocks);
      judge =
          new Verdicts(
              new Verdicts.Parts(
                  view,
                  metadata,
                  new Redundancy(metadata, LAYOUT),
                  heartbeat,
                  verdicts::incrementAndGet),
              new Verdicts.Settings(PROPERTIES, rules, clocks));
    }

    private long wall() {
      return 1_790_000_000_000L + nanos.get() / 1_000_000 + wrongBy;
    }

    /** Whether it reaches the node, if that runs. */
    void reaches(NodeAnnouncement node, boolean yes) {
      if (yes) {
        links.at.put(node.address(), node);
      } else {
        links.at.remove(node.address());
      }
    }

    private void step(long second) throws InterruptedException {
      if (paused) {
        return;
      }
      if (broker && second % 2 == 0) {
        nodes.stream().filter(node -> links.at.containsValue(node)).forEach(view::accept);
      }
      if (second % 30 == 0) {
        view.reload();
      }
      for (Thread probe : view.probeDoubtful()) {
        probe.join();
      }
      if (second % 10 == 0) {
        heartbeat.tell();
      }
      observer.look();
      if (repairs) {
        judge.look();
      }
    }
  }

  Watcher gateway(String id) {
    return watcher(id, false, VerdictRule.ALL);
  }

  Watcher gateway(String id, VerdictRule without) {
    return watcher(id, false, VerdictRule.without(without));
  }

  Watcher worker(String id) {
    return watcher(id, true, VerdictRule.ALL);
  }

  Watcher worker(String id, VerdictRule without) {
    return watcher(id, true, VerdictRule.without(without));
  }

  /** A worker that tells lives apart by these rules. */
  Watcher worker(String id, Set<IdentityRule> rules) {
    return watch(new Watcher(id, true, VerdictRule.ALL, rules));
  }

  private Watcher watcher(String id, boolean repairs, Set<VerdictRule> rules) {
    return watch(new Watcher(id, repairs, rules, IdentityRule.ALL));
  }

  private Watcher watch(Watcher watcher) {
    nodes.forEach(node -> watcher.reaches(node, !down.contains(node)));
    watcher.view.reload();
    watchers.add(watcher);
    watcher.heartbeat.tell();
    return watcher;
  }

  NodeAnnouncement node(int number) {
    return nodes.get(number - 1);
  }

  /** The node answers nobody any more. */
  void stop(int number) {
    down.add(node(number));
    watchers.forEach(watcher -> watcher.reaches(node(number), false));
  }

  void start(int number) {
    down.remove(node(number));
    watchers.forEach(watcher -> watcher.reaches(node(number), true));
  }

  /** A process ends without a word. */
  void kill(Watcher watcher) {
    watchers.remove(watcher);
    watcher.view.close();
  }

  void pass(Duration time) throws InterruptedException {
    for (long i = 0; i < time.toSeconds(); i++) {
      long second = nanos.addAndGet(SECOND.toNanos()) / SECOND.toNanos();
      for (Watcher watcher : List.copyOf(watchers)) {
        watcher.step(second);
      }
    }
  }

  void seconds(long count) throws InterruptedException {
    pass(Duration.ofSeconds(count));
  }

  void minutes(long count) throws InterruptedException {
    pass(Duration.ofMinutes(count));
  }

  NodeDocument saved(int number) {
    return store.node(node(number).identity().nodeId()).orElseThrow();
  }

  static Lost verdict(NodeDocument node) {
    return Optional.ofNullable(node.lost()).orElseThrow();
  }

  boolean lost(int number) {
    return saved(number).lost() != null;
  }

  long lost() {
    return store.nodes().stream().filter(node -> node.lost() != null).count();
  }

  @Override
  public void close() {
    watchers.forEach(watcher -> watcher.view.close());
    store.close();
  }
}
