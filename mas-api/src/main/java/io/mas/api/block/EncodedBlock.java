package io.mas.api.block;

import io.mas.common.object.BlockEntry;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A block ready to be stored; the shards live in the buffer that it was encoded in.
 *
 * @param entry its row in the block table
 * @param shards k+m shards of equal length
 */
public record EncodedBlock(BlockEntry entry, List<Shard> shards) {

  /**
   * One shard.
   *
   * @param bytes its off-heap memory
   * @param crc CRC32C of the bytes
   */
  public record Shard(MemorySegment bytes, int crc) {}

  public EncodedBlock {
    shards = List.copyOf(shards);
  }
}
