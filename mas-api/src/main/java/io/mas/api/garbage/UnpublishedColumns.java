package io.mas.api.garbage;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.Member;
import io.mas.api.nodes.NodeException;
import io.mas.api.nodes.Nodes;
import io.mas.api.object.BlockReader;
import io.mas.common.object.BlockEntry;
import io.mas.common.object.ExtentId;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.ShardFrame;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes copies that no extent document names though there is one: what the loser of a race wrote,
 * and what a node still has that was away while the extent moved. The extent's version is raised
 * first, so that a publish under way, which is conditional on the version before, cannot win, and
 * its fence too, so that nobody publishes the same copies on the new version. The copy that the
 * document names is read before: so not even a document of an old backup costs a shard. That proof
 * is why these columns are no business of the {@link CircuitBreaker}. Thread-safe.
 */
final class UnpublishedColumns {
  private static final Logger LOG = LoggerFactory.getLogger(UnpublishedColumns.class);

  /** Copies whose first sighting is remembered: about 30 MB. */
  private static final int MOST_SIGHTINGS = 200_000;

  private final MetadataStore metadata;
  private final Nodes nodes;
  private final BlockReader.Listener evidence;
  private final InstantSource clock;
  private final Duration grace;
  private final Set<GarbageRule> rules;
  private final Cache<Sighting, Long> sightings =
      Caffeine.newBuilder().maximumSize(MOST_SIGHTINGS).executor(Runnable::run).build();

  private record Sighting(String node, ShardKey key) {}

  UnpublishedColumns(GarbageRoom.Outside outside, Duration grace, Set<GarbageRule> rules) {
    this.metadata = outside.metadata();
    this.nodes = outside.nodes();
    this.evidence = outside.objects().evidence();
    this.clock = outside.clock();
    this.grace = grace;
    this.rules = rules;
  }

  /** Whether this process has first seen a copy so long ago that it may go; remembers it if not. */
  boolean due(UnpublishedColumn column) {
    long now = clock.millis();
    long first =
        Objects.requireNonNull(
            sightings.get(new Sighting(column.node().id(), column.key()), _ -> now));
    return first <= now - grace.toMillis();
  }

  /**
   * Deletes copies of one extent.
   *
   * @return how many are deleted
   */
  int delete(ExtentId extent, List<UnpublishedColumn> found) {
    ExtentDocument document = metadata.extent(extent, Concern.LINEARIZABLE).orElse(null);
    if (document == null || !mayGo(document)) {
      return 0;
    }
    List<UnpublishedColumn> still =
        found.stream()
            .filter(one -> !NodeInventory.published(document, one.node().id(), one.key()))
            .filter(one -> replaced(document, one.key().shard()))
            .toList();
    if (still.isEmpty() || !raise(document)) {
      return 0;
    }
    return (int) still.stream().filter(this::delete).count();
  }

  /** What lacks shards keeps every copy there is: the repair may need it. */
  private boolean mayGo(ExtentDocument document) {
    return !rules.contains(GarbageRule.WHOLE)
        || (document.missing().isEmpty() && document.turn().free(clock.millis()));
  }

  /**
   * Whether the node that the document names gives the first block of this shard; that it does not
   * is evidence, which only a read would bring otherwise. Of an extent that the collection has
   * seized nothing will ever be read.
   */
  private boolean replaced(ExtentDocument document, int shard) {
    if (!rules.contains(GarbageRule.PUBLISHED) || document.seized()) {
      return true;
    }
    if (shard >= document.shards().size()) {
      return false;
    }
    Member node = nodes.view().member(document.shards().get(shard).node()).orElse(null);
    if (node == null) {
      return false;
    }
    BlockEntry block = document.blocks().getFirst();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment into = arena.allocate(document.shardLength(0));
      ShardFrame frame = nodes.client().get(node, document.key(shard), 0, into);
      boolean intact = BlockReader.intact(frame, block, into);
      if (!intact) {
        evidence.missing(document, Set.of(new Missing(shard, 0)));
      }
      return intact;
    } catch (NodeException e) {
      nodes.view().failed(node, e);
      if (e.notFound()) {
        evidence.missing(document, Set.of(new Missing(shard, Missing.ALL)));
      }
      LOG.warn("a copy of {} stays: the published one: {}", document.key(shard), e.getMessage());
      return false;
    }
  }

  private boolean raise(ExtentDocument document) {
    return !rules.contains(GarbageRule.RAISE)
        || metadata.compareAndSetExtent(document.fenced()) == WriteOutcome.APPLIED;
  }

  private boolean delete(UnpublishedColumn column) {
    try {
      nodes.client().delete(column.node(), column.key());
      sightings.invalidate(new Sighting(column.node().id(), column.key()));
      return true;
    } catch (NodeException e) {
      nodes.view().failed(column.node(), e);
      LOG.warn("{} is not deleted now: {}", column.key(), e.getMessage());
      return false;
    }
  }
}
