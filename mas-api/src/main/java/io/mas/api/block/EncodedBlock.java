package io.mas.api.block;

import io.mas.common.object.BlockEntry;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/**
 * A block ready to be stored; the shards live in the buffer that it was encoded in.
 *
 * @param entry its row in the block table
 * @param shards by number, of equal length: all k+m of a block that is new
 */
public record EncodedBlock(BlockEntry entry, Map<Integer, Shard> shards) {

  /**
   * One shard.
   *
   * @param bytes its off-heap memory
   * @param crc CRC32C of the bytes
   */
  public record Shard(MemorySegment bytes, int crc) {}

  public EncodedBlock {
    shards = Map.copyOf(shards);
  }

  /** One of the shards that were coded. */
  public Shard shard(int number) {
    Shard shard = shards.get(number);
    if (shard == null) {
      throw new IllegalArgumentException("shard " + number + ", coded are " + shards.keySet());
    }
    return shard;
  }
}
