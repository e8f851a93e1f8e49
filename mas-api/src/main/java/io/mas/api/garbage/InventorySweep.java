package io.mas.api.garbage;

import io.mas.api.garbage.GarbageMetrics.Kind;
import io.mas.api.metadata.SweepDocument;
import io.mas.api.metadata.SweepDocument.Mode;
import io.mas.api.nodes.Member;
import io.mas.api.nodes.NodeException;
import io.mas.api.nodes.NodeView;
import io.mas.api.object.CommitProtection;
import io.mas.common.error.MasException;
import io.mas.common.object.ExtentId;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntBiFunction;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what all nodes hold with the metadata, and the metadata with the files; then, if that is
 * not too much, deletes what is garbage. First everything is looked at, so that wrong metadata are
 * noticed before the first deletion; after a start nothing at all is collected before that.
 * Whatever cannot be read ends the sweep: nothing is deleted that is not known. Of all processes
 * one sweeps. Thread-safe.
 */
public final class InventorySweep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(InventorySweep.class);

  /** Copies in whose place others are published and that go in one sweep: about 20 MB. */
  private static final int MOST_UNPUBLISHED = 100_000;

  /** How often it is looked whether a sweep is due; at least as often as there are sweeps. */
  private static final Duration ASK_EVERY = Duration.ofSeconds(1);

  /** A sweep that broke off, or could not be whole after a start, is repeated so much later. */
  private static final Duration AGAIN = Duration.ofSeconds(30);

  private final Looks looks;
  private final Deletes deletes;
  private final Limits limits;
  private final SweepState state;
  private final InstantSource clock;
  private final Pace pace;

  /** What looks, and deletes nothing. */
  record Looks(
      NodeView view,
      NodeInventory nodes,
      UnnamedParts parts,
      CommitProtection protection,
      References references) {}

  /** What deletes, after it has proved that it may. */
  record Deletes(UnknownColumns unknown, UnpublishedColumns unpublished) {}

  /** What a sweep may do, and what counts it. */
  record Limits(
      GarbageProperties properties,
      Set<GarbageRule> rules,
      CircuitBreaker breaker,
      GarbageMetrics metrics) {}

  /** All that a sweep has found. */
  private record Found(
      List<NodeInventory.Look> nodes,
      List<UnknownColumn> unknown,
      List<UnpublishedColumn> unpublished,
      UnnamedParts.Look parts) {

    List<CircuitBreaker.Tally> tallies(Predicate<UnknownColumn> counts) {
      List<CircuitBreaker.Tally> tallies = new ArrayList<>();
      for (NodeInventory.Look look : nodes) {
        tallies.add(
            new CircuitBreaker.Tally(
                "the columns of node " + look.node().id(),
                look.unknown().stream().filter(counts).count(),
                look.columns()));
      }
      tallies.add(
          new CircuitBreaker.Tally(
              "the parts in the metadata", parts.unnamed().size(), parts.looked()));
      return tallies;
    }

    /** Columns that count, and parts, of files that are not open. */
    long protectedNow(Predicate<UnknownColumn> counts, Set<ObjectHash> open) {
      return unknown.stream().filter(counts).filter(one -> !open.contains(one.hash())).count()
          + parts.unnamed().stream().filter(one -> !open.contains(one.hash())).count();
    }

    long count() {
      return (long) unknown.size() + unpublished.size() + parts.unnamed().size();
    }
  }

  InventorySweep(
      Looks looks,
      Deletes deletes,
      Limits limits,
      SweepState state,
      InstantSource clock,
      Pace pace) {
    this.looks = looks;
    this.deletes = deletes;
    this.limits = limits;
    this.state = state;
    this.clock = clock;
    this.pace = pace;
  }

  /**
   * Sweeps soon, and again after {@code mas.garbage.every} if no other process does, until closed.
   */
  public void start() {
    Thread.ofVirtual().name("mas-inventory-sweep").start(this::sweepUntilClosed);
  }

  private void sweepUntilClosed() {
    Duration every = limits.properties.every();
    boolean told = false;
    while (pace.rest(shorter(ASK_EVERY, every))) {
      if (!limits.properties.enabled()) {
        told = told || guarded(() -> state.update(now -> now.mode(Mode.OFF)));
      } else if (read() && state.due(every) && !limits.breaker.open()) {
        boolean whole = guarded(this::sweep) && state.looked();
        if (!whole && !pace.rest(shorter(AGAIN, every))) {
          return;
        }
      }
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** Reads how the collection stands; false if the database does not say. */
  private boolean read() {
    try {
      return state.read().version() >= 0;
    } catch (RuntimeException e) {
      LOG.debug("how the collection stands cannot be read: {}", e.toString());
      return false;
    }
  }

  /**
   * Whether anything may be collected now. False until a sweep that began after this process has
   * looked at everything: the metadata may be those of a backup.
   */
  public boolean mayCollect() {
    boolean asked = limits.properties.enabled() && !limits.properties.dryRun();
    return asked && read() && state.looked() && !limits.breaker.open();
  }

  /** How the collection stands, in all processes; as this one has last read it. */
  public SweepDocument status() {
    return state.seen();
  }

  /** Does it once, unless another process is at it; whatever goes wrong only ends it. */
  public void sweepOnce() {
    boolean ignored = guarded(this::sweep);
  }

  private synchronized void sweep() {
    if (!limits.properties.enabled()) {
      return;
    }
    Mode mode = limits.properties.dryRun() ? Mode.DRY_RUN : Mode.ON;
    if (!state.read().breaker().open() && state.begin(mode)) {
      try (SweepState.Keeping _ = state.keeping()) {
        sweepInTurn();
      }
    }
  }

  private void sweepInTurn() {
    Found found = look();
    Predicate<UnknownColumn> counts = counting(found);
    long time = clock.millis();
    boolean whole = whole(found);
    boolean admitted =
        limits.breaker.admits(
            new CircuitBreaker.Sweep(found.tallies(counts), whole, limits.properties.dryRun()),
            time);
    if (whole) {
      state.judged();
    }
    long deleted = 0;
    if (admitted && mayDelete(found)) {
      Set<ObjectHash> open = open(found);
      limits.breaker.spared(found.protectedNow(counts, open), time);
      deleted = delete(found, open);
    }
    state.end(
        new SweepDocument.Last(
            clock.millis(),
            found.nodes.stream().mapToLong(NodeInventory.Look::columns).sum(),
            found.nodes.stream().mapToLong(NodeInventory.Look::bytes).sum(),
            found.count(),
            deleted,
            layouts(found.parts)));
  }

  /** Of all old extents; what was not looked at this time is as it was. */
  private Set<Layout> layouts(UnnamedParts.Look look) {
    Set<Layout> layouts = new HashSet<>(look.layouts());
    if (!look.all()) {
      layouts.addAll(state.seen().last().layouts());
    }
    return layouts;
  }

  /** Whatever goes wrong, the next sweep has its turn; false if something did. */
  private static boolean guarded(Runnable work) {
    try {
      work.run();
      return true;
    } catch (CancellationException e) {
      LOG.debug("sweep of the inventories ended: {}", e.getMessage());
    } catch (MasException e) {
      LOG.warn("sweep of the inventories broke off: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("sweep of the inventories broke off", e); // and goes on next time
    }
    return false;
  }

  // Looking

  private Found look() {
    Instant bornBefore =
        limits.rules.contains(GarbageRule.AGE)
            ? clock.instant().minus(limits.properties.grace())
            : Instant.MAX;
    List<NodeInventory.Look> nodes = new ArrayList<>();
    List<UnknownColumn> unknown = new ArrayList<>();
    List<UnpublishedColumn> unpublished = new ArrayList<>();
    for (NodeView.Standing standing : looks.view.standings()) {
      long found = nodes.stream().mapToLong(look -> look.unknown().size()).sum();
      long moved = nodes.stream().mapToLong(look -> look.unpublished().size()).sum();
      if (standing.serves() && found <= limits.breaker.most()) {
        NodeInventory.Most most =
            new NodeInventory.Most(limits.breaker.most(), MOST_UNPUBLISHED - moved);
        look(standing.member(), bornBefore, most, nodes);
      }
    }
    for (NodeInventory.Look look : nodes) {
      unknown.addAll(look.unknown());
      look.unpublished().stream().filter(deletes.unpublished::due).forEach(unpublished::add);
      count(look);
    }
    UnnamedParts.Look parts = looks.parts.look(bornBefore, limits.breaker.most());
    limits.metrics.found(Kind.UNNAMED, parts.unnamed().size());
    return new Found(nodes, unknown, unpublished, parts);
  }

  private void look(
      Member node, Instant bornBefore, NodeInventory.Most most, List<NodeInventory.Look> nodes) {
    try {
      nodes.add(looks.nodes.look(node, bornBefore, most));
    } catch (NodeException e) {
      // A page is many reads of a busy disk: that it is late says nothing of the node.
      LOG.warn("no inventory of {} now: {}", node.id(), e.getMessage());
    }
  }

  private void count(NodeInventory.Look look) {
    limits.metrics.looked(look.columns(), look.bytes());
    limits.metrics.found(Kind.UNKNOWN, look.unknown().size());
    limits.metrics.found(Kind.UNPUBLISHED, look.unpublished().size());
    limits.metrics.found(Kind.UNREADABLE, look.unreadable());
  }

  /** Whether all nodes but one were looked at, which is as many as commit records need. */
  private boolean whole(Found found) {
    return found.nodes.size() >= Math.max(1, looks.view.waitedFor().size() - 1);
  }

  /** Of much that is found, what users have deleted does not count: it is no sign of anything. */
  private Predicate<UnknownColumn> counting(Found found) {
    Map<ObjectHash, Set<PartId>> deleted = new HashMap<>();
    boolean much = found.unknown.size() > limits.breaker.unsuspicious();
    return one ->
        !much
            || !deleted
                .computeIfAbsent(one.hash(), looks.references::deleted)
                .contains(one.key().extent().part());
  }

  private boolean mayDelete(Found found) {
    if (limits.properties.dryRun()) {
      LOG.info(
          "dry run: would delete {} columns without a document, {} that are not published, and "
              + "{} parts",
          found.unknown.size(),
          found.unpublished.size(),
          found.parts.unnamed().size());
      return false;
    }
    return true;
  }

  // Deleting

  /** The files of which something may be deleted, since no commit record protects them. */
  private Set<ObjectHash> open(Found found) {
    Set<ObjectHash> files = new HashSet<>();
    found.unknown.forEach(one -> files.add(one.hash()));
    found.parts.unnamed().forEach(one -> files.add(one.hash()));
    return looks.protection.unprotected(files, pace::goOn);
  }

  private long delete(Found found, Set<ObjectHash> open) {
    long deleted =
        delete(
                Kind.UNKNOWN,
                found.unknown.stream().filter(one -> open.contains(one.hash())).toList(),
                one -> one.key().extent(),
                deletes.unknown::delete)
            + delete(
                Kind.UNPUBLISHED,
                found.unpublished,
                one -> one.key().extent(),
                deletes.unpublished::delete)
            + note(found.parts.unnamed().stream().filter(p -> open.contains(p.hash())).toList());
    if (found.count() > 0) {
      LOG.info("{} of {} columns and parts that are garbage deleted", deleted, found.count());
    }
    return deleted;
  }

  private <T> long delete(
      Kind kind,
      List<T> found,
      Function<T, ExtentId> extent,
      ToIntBiFunction<ExtentId, List<T>> how) {
    Map<ExtentId, List<T>> byExtent = found.stream().collect(Collectors.groupingBy(extent));
    long deleted = 0;
    for (Map.Entry<ExtentId, List<T>> one : byExtent.entrySet()) {
      pace.goOn();
      deleted += how.applyAsInt(one.getKey(), one.getValue());
    }
    limits.metrics.deleted(kind, deleted);
    return deleted;
  }

  private long note(List<UnnamedPart> found) {
    found.forEach(looks.parts::note);
    limits.metrics.deleted(Kind.UNNAMED, found.size());
    return found.size();
  }

  @Override
  public void close() {
    pace.end();
  }
}
