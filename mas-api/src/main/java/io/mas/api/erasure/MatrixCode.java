package io.mas.api.erasure;

import io.mas.common.object.Layout;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The code of a parity matrix, whichever codec it comes from. */
final class MatrixCode implements ErasureCode {
  private final int k;
  private final int[][] parity;
  private final Combination[] encoder;

  private MatrixCode(int k, int[][] parity) {
    this.k = k;
    this.parity = parity;
    this.encoder = new Combination[parity.length];
    int[] data = new int[k];
    for (int i = 0; i < k; i++) {
      data[i] = i;
    }
    for (int r = 0; r < parity.length; r++) {
      encoder[r] = new Combination(k + r, data, parity[r]);
    }
  }

  static MatrixCode of(Layout layout) {
    int offered = Layout.of(layout.k(), layout.m(), layout.blockSize()).codec();
    if (layout.codec() == 1 && offered != 1) {
      throw new IllegalArgumentException(
          "codec 1 for %d+%d, expected m <= 3, or m = 4 with k <= 21: elsewhere some losses of m shards are final"
              .formatted(layout.k(), layout.m()));
    }
    return new MatrixCode(layout.k(), Matrix.parity(layout));
  }

  @Override
  public int k() {
    return k;
  }

  @Override
  public int m() {
    return parity.length;
  }

  @Override
  public void encode(MemorySegment[] shards, long shardLength) {
    requireCount("shards", shards.length);
    requireLength(shardLength);
    for (int shard = 0; shard < shards.length; shard++) {
      requireUsable(shards, shard, shardLength);
    }
    Combination.runAll(encoder, shards, shardLength);
  }

  @Override
  public void reconstruct(
      MemorySegment[] shards, boolean[] present, boolean[] wanted, long shardLength) {
    requireCount("shards", shards.length);
    requireCount("present flags", present.length);
    requireCount("wanted flags", wanted.length);
    requireLength(shardLength);
    int[] sources = sources(present);
    int[] lost = lost(present, wanted);
    for (int shard : sources) {
      requireUsable(shards, shard, shardLength);
    }
    for (int shard : lost) {
      requireUsable(shards, shard, shardLength);
    }
    if (lost.length > 0) {
      Combination.runAll(decoder(sources, lost), shards, shardLength);
    }
  }

  /** The first k present shards: data before parity, and so parity 0 before the others. */
  private int[] sources(boolean[] present) {
    int[] sources = new int[k];
    int count = 0;
    for (int shard = 0; shard < present.length && count < k; shard++) {
      if (present[shard]) {
        sources[count++] = shard;
      }
    }
    if (count < k) {
      throw new IllegalArgumentException(
          "%d shards present, expected at least %d of %d".formatted(count, k, present.length));
    }
    return sources;
  }

  private static int[] lost(boolean[] present, boolean[] wanted) {
    int[] lost = new int[present.length];
    int count = 0;
    for (int shard = 0; shard < present.length; shard++) {
      if (wanted[shard] && !present[shard]) {
        lost[count++] = shard;
      }
    }
    return Arrays.copyOf(lost, count);
  }

  /** Each lost shard from the sources: its own row times the inverse of the sources' rows. */
  private Combination[] decoder(int[] sources, int[] lost) {
    int[][] rows = new int[k][];
    for (int i = 0; i < k; i++) {
      rows[i] = row(sources[i]);
    }
    int[][] inverse = Matrix.invert(rows);
    Combination[] decoder = new Combination[lost.length];
    for (int i = 0; i < lost.length; i++) {
      decoder[i] = new Combination(lost[i], sources, Matrix.multiply(row(lost[i]), inverse));
    }
    return decoder;
  }

  /** A shard's coefficients for the k data shards, a new array. */
  private int[] row(int shard) {
    if (shard >= k) {
      return parity[shard - k].clone();
    }
    int[] row = new int[k];
    row[shard] = 1;
    return row;
  }

  private void requireCount(String what, int count) {
    if (count != k + m()) {
      throw new IllegalArgumentException(
          "%d %s, expected %d for %d+%d".formatted(count, what, k + m(), k, m()));
    }
  }

  private static void requireLength(long length) {
    if (length <= 0 || length % Layout.SHARD_ALIGNMENT != 0) {
      throw new IllegalArgumentException(
          "shard length %d, expected a positive multiple of %d"
              .formatted(length, Layout.SHARD_ALIGNMENT));
    }
  }

  private static void requireUsable(MemorySegment[] shards, int shard, long length) {
    MemorySegment segment = shards[shard];
    if (!segment.isNative() || segment.address() % Long.BYTES != 0 || segment.byteSize() < length) {
      throw new IllegalArgumentException(
          "shard %d is %s, expected native memory, 8-byte aligned, of at least %d bytes"
              .formatted(shard, segment, length));
    }
  }
}
