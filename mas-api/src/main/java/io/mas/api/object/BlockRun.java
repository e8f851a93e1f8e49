package io.mas.api.object;

import io.mas.api.block.BlockBuffer;
import io.mas.api.block.BlockCodec;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.common.object.BlockEntry;
import io.mas.common.object.Layout;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Consecutive blocks of one extent, and where each is read into.
 *
 * @param from number of the first block
 * @param buffers one for each block
 */
public record BlockRun(ExtentDocument extent, int from, List<BlockBuffer> buffers) {
  public BlockRun {
    buffers = List.copyOf(buffers);
  }

  /** How many blocks. */
  public int size() {
    return buffers.size();
  }

  /** One of its blocks alone, counted from 0. */
  public BlockRun only(int index) {
    return new BlockRun(extent, from + index, List.of(buffer(index)));
  }

  /** The numbers of the blocks. */
  public IntStream numbers() {
    return IntStream.range(from, from + size());
  }

  Layout layout() {
    return extent.layout();
  }

  BlockBuffer buffer(int index) {
    return buffers.get(index);
  }

  BlockEntry entry(int index) {
    return extent.blocks().get(from + index);
  }

  /** Where the shard of this number of one block belongs, counted from 0. */
  MemorySegment shard(int shard, int index) {
    return BlockCodec.shardOf(buffer(index), entry(index), shard);
  }

  /** Where the shard of each block belongs. */
  List<MemorySegment> shards(int shard) {
    return IntStream.range(0, size()).mapToObj(i -> shard(shard, i)).toList();
  }

  /** The shard of each block, as evidence. */
  Set<Missing> all(int shard) {
    return numbers().mapToObj(block -> new Missing(shard, block)).collect(Collectors.toSet());
  }

  /** Whether a shard is known to be missing, of one block at least. */
  boolean lacks(int shard) {
    Set<Missing> missing = extent.missing();
    return !missing.isEmpty()
        && (missing.contains(new Missing(shard, Missing.ALL))
            || numbers().anyMatch(block -> missing.contains(new Missing(shard, block))));
  }

  /** Adds a holder of all buffers, who must close too. */
  void retain() {
    buffers.forEach(BlockBuffer::retain);
  }

  /** Ends one holder's hold. */
  void close() {
    buffers.forEach(BlockBuffer::close);
  }
}
