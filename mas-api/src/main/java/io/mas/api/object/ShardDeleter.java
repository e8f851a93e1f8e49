package io.mas.api.object;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.GarbageDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.Fanout;
import io.mas.api.nodes.Member;
import io.mas.api.nodes.NodeException;
import io.mas.api.nodes.Nodes;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import io.mas.common.object.ShardKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes shards, then the extent documents that name them. It proves nothing: whoever calls it has
 * the proof that nothing refers to the part. Thread-safe.
 */
final class ShardDeleter {
  private static final Logger LOG = LoggerFactory.getLogger(ShardDeleter.class);

  /** Extent documents looked at in one go. */
  private static final int PAGE = 16;

  private final MetadataStore metadata;
  private final Nodes nodes;
  private final InstantSource clock;
  private final ObjectProperties properties;

  ShardDeleter(
      MetadataStore metadata, Nodes nodes, InstantSource clock, ObjectProperties properties) {
    this.metadata = metadata;
    this.nodes = nodes;
    this.clock = clock;
    this.properties = properties;
  }

  /** One copy of a shard column and the node that has it. */
  record Copy(String node, ShardKey key) {}

  /**
   * Deletes copies; true if every node has confirmed. A lost node is not waited for: if it returns,
   * what it still has is named by no document, and goes by its inventory.
   */
  boolean deleteCopies(List<Copy> copies) {
    Set<String> lost = nodes.view().lost();
    List<Copy> there = copies.stream().filter(copy -> !lost.contains(copy.node())).toList();
    List<NodeException> failures =
        Fanout.each(there, this::deleteCopy).stream().flatMap(Optional::stream).toList();
    if (!failures.isEmpty()) {
      LOG.warn(
          "{} of {} copies are not deleted now: {}",
          failures.size(),
          copies.size(),
          failures.getFirst().getMessage());
    }
    return failures.isEmpty();
  }

  private void deleteCopy(Copy copy) throws NodeException {
    Member member =
        nodes
            .view()
            .member(copy.node())
            .orElseThrow(() -> new NodeException("node " + copy.node() + " is unknown", null));
    nodes.client().delete(member, copy.key());
  }

  /** Deletes all that a part has; true if nothing is left that is known of. */
  boolean deletePart(PartId part) {
    boolean all = true;
    int from = 0;
    List<ExtentDocument> page;
    do {
      page = metadata.extents(part, from, PAGE, Concern.LINEARIZABLE);
      for (ExtentDocument extent : page) {
        all &= deleteExtent(extent);
        from = extent.id().ordinal() + 1;
      }
    } while (page.size() == PAGE);
    return all;
  }

  private boolean deleteExtent(ExtentDocument extent) {
    List<Copy> copies =
        IntStream.range(0, extent.shards().size())
            .mapToObj(i -> new Copy(extent.shards().get(i).node(), extent.key(i)))
            .toList();
    if (!deleteCopies(copies)) {
      return false;
    }
    CrashPoint.reached("collect.shards-deleted");
    return metadata.deleteExtent(extent.id(), extent.version()) == WriteOutcome.APPLIED
        || metadata.extent(extent.id(), Concern.LINEARIZABLE).isEmpty();
  }

  /**
   * Discards a part at once that was never listed and whose commit was never offered or certainly
   * lost. What cannot be deleted now is left to the collection.
   */
  void discard(ObjectHash hash, StoredPart part) {
    if (part.length() > 0 && !deletePart(part.id())) {
      leaveToCollect(hash, List.of(part.id()));
    }
  }

  /** Leaves parts to the collection, which looks for proof before it deletes. */
  void leaveToCollect(ObjectHash hash, Collection<PartId> parts) {
    note(hash, parts, properties.orphanGrace());
  }

  /** The same after the grace of deleted files: somebody may be reading them. */
  void leaveForGrace(ObjectHash hash, Collection<PartId> parts) {
    note(hash, parts, properties.deleteGrace());
  }

  private void note(ObjectHash hash, Collection<PartId> parts, Duration grace) {
    if (!parts.isEmpty()) {
      metadata.putGarbage(
          new GarbageDocument(
              UUID.randomUUID().toString(),
              clock.millis() + grace.toMillis(),
              new GarbageDocument.Parts(hash, List.copyOf(parts))));
    }
  }
}
