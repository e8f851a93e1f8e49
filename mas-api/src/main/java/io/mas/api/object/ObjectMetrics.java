package io.mas.api.object;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** What the room counts; an operator's first signs of trouble. Thread-safe. */
final class ObjectMetrics {
  private final MeterRegistry meters;
  private final Counter degradedBlocks;
  private final Counter hedgedBlocks;
  private final Counter missingShards;
  private final Counter replacedExtents;
  private final Counter collectedParts;
  private final Counter putOffNotes;

  ObjectMetrics(MeterRegistry meters) {
    this.meters = meters;
    this.degradedBlocks = counter("mas.blocks.degraded", "blocks read with parity");
    this.hedgedBlocks =
        counter("mas.blocks.hedged", "blocks of which one shard more than needed was asked for");
    this.missingShards =
        counter("mas.shards.missing", "shards found missing or damaged and noted for repair");
    this.replacedExtents =
        counter("mas.extents.replaced", "extents ended early since a node failed in a write");
    this.collectedParts = counter("mas.parts.collected", "parts deleted by the collection");
    this.putOffNotes =
        counter("mas.garbage.put.off", "notes of garbage that could not be collected for now");
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).register(meters);
  }

  /** A block was rebuilt from parity. */
  void degraded() {
    degradedBlocks.increment();
  }

  /** One shard more was asked for, since the others took longer than usual. */
  void hedged() {
    hedgedBlocks.increment();
  }

  /** Evidence of so many shards was written. */
  void missing(int shards) {
    missingShards.increment(shards);
  }

  /** A node failed while an extent was written. */
  void replaced() {
    replacedExtents.increment();
  }

  /** So many parts were deleted for good. */
  void collected(int parts) {
    collectedParts.increment(parts);
  }

  /** What a note says is tried again later. */
  void putOff() {
    putOffNotes.increment();
  }
}
