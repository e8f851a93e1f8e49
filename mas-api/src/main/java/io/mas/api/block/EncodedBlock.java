package io.mas.api.block;

import io.mas.common.object.BlockEntry;
import java.lang.foreign.MemorySegment;

/**
 * A block ready to be stored; the shards live in the buffer that it was encoded in.
 *
 * @param entry its row in the block table
 * @param shards k+m shards of equal length
 * @param crcs CRC32C of each shard
 */
public record EncodedBlock(BlockEntry entry, MemorySegment[] shards, int[] crcs) {}
