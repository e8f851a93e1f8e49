package io.mas.api.erasure;

import io.mas.common.object.Layout;
import java.lang.foreign.MemorySegment;

/**
 * Makes parity shards from data shards, and lost shards from any k others. The bytes are format:
 * see the description of this package.
 *
 * <p>Stateless and thread-safe. All shards of a call are native segments, 8-byte aligned, of at
 * least {@code shardLength} bytes each, which do not overlap; {@code shardLength} is a positive
 * multiple of {@link Layout#SHARD_ALIGNMENT}. Anything else is an {@link IllegalArgumentException},
 * thrown before a byte is written.
 */
public interface ErasureCode {

  /**
   * The code of {@code layout}; its block size has no influence.
   *
   * @throws IllegalArgumentException if the layout's codec cannot survive the loss of every m
   *     shards of its k + m
   */
  static ErasureCode of(Layout layout) {
    return MatrixCode.of(layout);
  }

  /** Data shards. */
  int k();

  /** Parity shards. */
  int m();

  /**
   * Writes the parity shards {@code k} to {@code k+m-1} from the data shards {@code 0} to {@code
   * k-1}.
   *
   * @param shards k+m segments in shard order
   * @param shardLength bytes of each shard
   */
  void encode(MemorySegment[] shards, long shardLength);

  /**
   * Rebuilds every shard that is wanted and not present. Only present shards are read, and only
   * wanted ones that are not present are written; the segments of the others are never touched.
   *
   * @param shards k+m segments in shard order
   * @param present which of them hold their shard, at least k
   * @param wanted which of them are to hold it afterwards
   * @param shardLength bytes of each shard
   */
  void reconstruct(MemorySegment[] shards, boolean[] present, boolean[] wanted, long shardLength);
}
