package io.mas.api.nodes;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.NodeDocument.Lost;
import io.mas.api.metadata.NodeDocument.Progress;
import io.mas.api.metadata.WriteOutcome;
import io.mas.common.object.ExtentId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the verdict: marks every shard that a lost node held as missing, and wakes the
 * repair. Nothing is deleted. What was done is seen in the extents themselves, so that it may be
 * broken off anywhere and gone over again, by any process and by several at once; it ends when the
 * node is no longer lost. One thread.
 */
final class LostNodes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LostNodes.class);

  /** Extents read at once. */
  private static final int PAGE = 100;

  /** Attempts against others who change the same extent. */
  private static final int TRIES = 5;

  /** How often it is seen whether anything is left on a lost node. */
  private static final Duration EVERY = Duration.ofSeconds(5);

  /**
   * A writer that had begun before the verdict may insert an extent on the node after it: the node
   * is gone over again so much later, for as long as anything names it.
   */
  private static final Duration AGAIN = Duration.ofSeconds(30);

  /** And at most so great a part of the time goes into that, where millions of extents are left. */
  private static final int PART_OF_TIME = 10;

  private final MetadataStore metadata;
  private final NodeDocuments documents;
  private final Clocks clocks;
  private final Runnable wakeRepair;
  private final Repeating rounds = new Repeating(this::look, EVERY);

  /** Until when a node that was gone over is let be: nanoseconds of the clock. */
  private final Map<String, Long> letBe = new HashMap<>();

  /**
   * Does nothing until it is started.
   *
   * @param wakeRepair tells the repair that it has work
   */
  LostNodes(MetadataStore metadata, Clocks clocks, Runnable wakeRepair) {
    this.metadata = metadata;
    this.documents = new NodeDocuments(metadata);
    this.clocks = clocks;
    this.wakeRepair = wakeRepair;
  }

  void start() {
    rounds.start("mas-lost-nodes");
  }

  /** There is a verdict. */
  void wake() {
    rounds.wake();
  }

  /** Goes once over all nodes that are lost; one with which that fails holds up no other. */
  void look() {
    guarded(
        "lost nodes",
        () -> {
          List<NodeDocument> lost =
              metadata.nodes().stream().filter(node -> node.lost() != null).toList();
          letBe
              .keySet()
              .retainAll(lost.stream().map(NodeDocument::nodeId).collect(Collectors.toSet()));
          lost.forEach(node -> guarded("lost node " + node.nodeId(), () -> look(node)));
        });
  }

  private void guarded(String what, Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      if (!rounds.closed()) {
        LOG.warn("{}: shards are not marked, again later: {}", what, e.toString());
      }
    }
  }

  private void look(NodeDocument node) {
    Progress progress = Objects.requireNonNull(node.lost()).progress();
    if (progress == Progress.MARKING || (named(node) && due(node))) {
      goOver(node);
    } else if (progress == Progress.MARKED && !named(node)) {
      advance(node, Progress.RESTORED);
    }
  }

  private boolean named(NodeDocument node) {
    return !metadata.extentsOn(node.nodeId(), null, 1).isEmpty();
  }

  private boolean due(NodeDocument node) {
    Long until = letBe.get(node.nodeId());
    return until == null || clocks.nanos().getAsLong() - until >= 0;
  }

  private void goOver(NodeDocument node) {
    long begin = clocks.nanos().getAsLong();
    if (mark(node)) {
      long end = clocks.nanos().getAsLong();
      letBe.put(node.nodeId(), end + Math.max(AGAIN.toNanos(), (PART_OF_TIME - 1) * (end - begin)));
      advance(node, named(node) ? Progress.MARKED : Progress.RESTORED);
    }
  }

  private void advance(NodeDocument node, Progress to) {
    documents.change(node.nodeId(), saved -> advanced(saved, node, to));
  }

  private static NodeDocument advanced(NodeDocument saved, NodeDocument judged, Progress to) {
    Lost lost = saved.lost();
    boolean same = lost != null && saved.sameLife(judged.announcement().identity());
    if (lost == null || !same || lost.progress() == to) {
      return saved;
    }
    LOG.info(
        "lost node {}: {}",
        saved.nodeId(),
        to == Progress.RESTORED ? "nothing names it any more" : "all its shards are marked");
    return saved.lost(lost.at(to));
  }

  /** Whether all extents on the node were gone over. */
  private boolean mark(NodeDocument node) {
    boolean all = true;
    @Nullable ExtentId last = null;
    List<ExtentDocument> page;
    do {
      if (rounds.closed() || !stillLost(node)) {
        return false;
      }
      page = metadata.extentsOn(node.nodeId(), last, PAGE);
      boolean found = false;
      for (ExtentDocument extent : page) {
        found |= !onto(extent, node.nodeId()).isEmpty();
        all &= mark(extent, node.nodeId());
        last = extent.id();
      }
      if (found) {
        wakeRepair.run();
      }
    } while (page.size() == PAGE);
    return all;
  }

  private boolean stillLost(NodeDocument node) {
    return metadata
        .node(node.nodeId())
        .filter(now -> now.lost() != null)
        .filter(now -> now.sameLife(node.announcement().identity()))
        .isPresent();
  }

  /** Whether nothing is left to mark. */
  private boolean mark(ExtentDocument seen, String node) {
    Optional<ExtentDocument> extent = Optional.of(seen);
    for (int i = 0; i < TRIES && extent.isPresent(); i++) {
      Set<Missing> more = onto(extent.get(), node);
      if (more.isEmpty() || applied(extent.get().withMissing(more, clocks.wall().millis()))) {
        return true;
      }
      extent = metadata.extent(seen.id(), Concern.LINEARIZABLE);
    }
    return extent.isEmpty();
  }

  private boolean applied(ExtentDocument next) {
    return metadata.compareAndSetExtent(next) == WriteOutcome.APPLIED;
  }

  /** The columns on the node that are not known to be missing. */
  private static Set<Missing> onto(ExtentDocument extent, String node) {
    return IntStream.range(0, extent.shards().size())
        .filter(i -> extent.shards().get(i).node().equals(node))
        .mapToObj(i -> new Missing(i, Missing.ALL))
        .filter(column -> !extent.missing().contains(column))
        .collect(Collectors.toSet());
  }

  @Override
  public void close() {
    rounds.close();
  }
}
