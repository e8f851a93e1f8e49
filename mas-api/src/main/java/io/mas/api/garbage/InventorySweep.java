package io.mas.api.garbage;

import io.mas.api.garbage.GarbageMetrics.Kind;
import io.mas.api.nodes.NodeException;
import io.mas.api.nodes.NodeView;
import io.mas.common.error.MasException;
import io.mas.common.object.ExtentId;
import io.mas.common.object.ObjectHash;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.function.ToIntBiFunction;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what all nodes hold with the metadata, and the metadata with the files; then, if that is
 * not too much, deletes what is garbage. First everything is looked at, so that wrong metadata are
 * noticed before the first deletion. Whatever cannot be read ends the sweep: nothing is deleted
 * that is not known. Thread-safe; one sweep at a time.
 */
public final class InventorySweep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(InventorySweep.class);

  private final Looks looks;
  private final Deletes deletes;
  private final Limits limits;
  private final InstantSource clock;
  private final Pace pace;
  private volatile GarbageStatus last;

  /** What looks, and deletes nothing. */
  record Looks(
      NodeView view, NodeInventory nodes, UnnamedParts parts, CommitProtection protection) {}

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

    List<CircuitBreaker.Tally> tallies(Set<UnpublishedColumn> due) {
      List<CircuitBreaker.Tally> tallies = new ArrayList<>();
      for (NodeInventory.Look look : nodes) {
        long found =
            look.unknown().size() + look.unpublished().stream().filter(due::contains).count();
        tallies.add(
            new CircuitBreaker.Tally(
                "the columns of node " + look.node().id(), found, look.columns()));
      }
      tallies.add(
          new CircuitBreaker.Tally(
              "the parts in the metadata", parts.unnamed().size(), parts.looked()));
      return tallies;
    }

    long count() {
      return (long) unknown.size() + unpublished.size() + parts.unnamed().size();
    }
  }

  InventorySweep(Looks looks, Deletes deletes, Limits limits, InstantSource clock, Pace pace) {
    this.looks = looks;
    this.deletes = deletes;
    this.limits = limits;
    this.clock = clock;
    this.pace = pace;
    this.last = status(0, List.of(), 0, 0);
  }

  /** Sweeps, and again after {@code mas.garbage.every}, until closed. */
  public void start() {
    Thread.ofVirtual()
        .name("mas-inventory-sweep")
        .start(
            () -> {
              while (pace.rest(limits.properties.every())) {
                sweep();
              }
            });
  }

  /** Whether anything may be collected now. */
  public boolean mayCollect() {
    return limits.properties.enabled() && !limits.breaker.open();
  }

  /** How the collection stands. */
  public GarbageStatus status() {
    GarbageStatus now = last;
    return new GarbageStatus(
        now.enabled(),
        now.dryRun(),
        limits.breaker.reason().orElse(""),
        now.ended(),
        now.columns(),
        now.bytes(),
        now.found(),
        now.deleted());
  }

  /** Does it once. */
  public synchronized void sweep() {
    if (!mayCollect()) {
      return;
    }
    try {
      Found found = look();
      long deleted = mayDelete(found) ? delete(found) : 0;
      last = status(clock.millis(), found.nodes, found.count(), deleted);
    } catch (CancellationException e) {
      LOG.debug("sweep of the inventories ended: {}", e.getMessage());
    } catch (MasException e) {
      LOG.warn("sweep of the inventories broke off: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("sweep of the inventories broke off", e); // and goes on next time
    }
  }

  private GarbageStatus status(
      long ended, List<NodeInventory.Look> nodes, long found, long deleted) {
    return new GarbageStatus(
        limits.properties.enabled(),
        limits.properties.dryRun(),
        "",
        ended,
        nodes.stream().mapToLong(NodeInventory.Look::columns).sum(),
        nodes.stream().mapToLong(NodeInventory.Look::bytes).sum(),
        found,
        deleted);
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
      long found = nodes.stream().mapToLong(NodeInventory.Look::found).sum();
      if (standing.serves() && found <= limits.breaker.most()) {
        look(standing, bornBefore, nodes);
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
      NodeView.Standing standing, Instant bornBefore, List<NodeInventory.Look> nodes) {
    try {
      nodes.add(looks.nodes.look(standing.member(), bornBefore, limits.breaker.most()));
    } catch (NodeException e) {
      // A page is many reads of a busy disk: that it is late says nothing of the node.
      LOG.warn("no inventory of {} now: {}", standing.member().id(), e.getMessage());
    }
  }

  private void count(NodeInventory.Look look) {
    limits.metrics.looked(look.columns(), look.bytes());
    limits.metrics.found(Kind.UNKNOWN, look.unknown().size());
    limits.metrics.found(Kind.UNPUBLISHED, look.unpublished().size());
    limits.metrics.found(Kind.UNREADABLE, look.unreadable());
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
    return limits.breaker.admits(found.tallies(new HashSet<>(found.unpublished)));
  }

  // Deleting

  private long delete(Found found) {
    Set<ObjectHash> files = new HashSet<>();
    found.unknown.forEach(one -> files.add(one.hash()));
    found.parts.unnamed().forEach(one -> files.add(one.hash()));
    Set<ObjectHash> open =
        limits.rules.contains(GarbageRule.RECORDS) ? looks.protection.unprotected(files) : files;
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
