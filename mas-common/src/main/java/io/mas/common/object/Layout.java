package io.mas.common.object;

/**
 * How the blocks of an extent are coded; recorded with each extent, so that it may change at any
 * time for new files.
 *
 * @param k data shards of a block
 * @param m parity shards of a block
 * @param blockSize bytes of a whole block before compression
 * @param codec 1 = bit-plane parity, 2 = Cauchy in the same bit planes (design.md, section 3)
 */
public record Layout(int k, int m, int blockSize, int codec) {
  /** Shards of every codec are padded to this many bytes: 8 planes of 64 bytes. */
  public static final int SHARD_ALIGNMENT = 512;

  /** The most shards that a block may have. */
  public static final int MAX_WIDTH = 32;

  /** The largest block size, bytes. */
  public static final int MAX_BLOCK_SIZE = 16 << 20;

  public Layout {
    if (k < 1 || m < 0 || k + m > MAX_WIDTH) {
      throw new IllegalArgumentException(
          "layout %d+%d, expected k >= 1, m >= 0, k + m <= %d".formatted(k, m, MAX_WIDTH));
    }
    if (blockSize < SHARD_ALIGNMENT || blockSize > MAX_BLOCK_SIZE) {
      throw new IllegalArgumentException(
          "block size %d, expected %d to %d".formatted(blockSize, SHARD_ALIGNMENT, MAX_BLOCK_SIZE));
    }
    if (codec != 1 && codec != 2) {
      throw new IllegalArgumentException("codec " + codec + ", expected 1 or 2");
    }
  }

  /** The layout for new extents, with the codec that the geometry calls for. */
  public static Layout of(int k, int m, int blockSize) {
    boolean bitPlane = m <= 3 || (m == 4 && k <= 21);
    return new Layout(k, m, blockSize, bitPlane ? 1 : 2);
  }

  /** Shards of a block: k + m. */
  public int width() {
    return k + m;
  }

  /** Bytes of each shard of a block whose stored form has {@code storedLength} bytes. */
  public int shardLength(int storedLength) {
    int piece = (storedLength + k - 1) / k;
    return (piece + SHARD_ALIGNMENT - 1) / SHARD_ALIGNMENT * SHARD_ALIGNMENT;
  }
}
