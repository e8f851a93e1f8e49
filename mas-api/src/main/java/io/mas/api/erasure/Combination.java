package io.mas.api.erasure;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * One shard as a linear combination of others: the sum over the shards of coefficient times shard.
 *
 * <p>With the coefficients' bits taken from the highest down, the sum is a Horner scheme: double
 * what there is, then add every shard whose coefficient has the bit. On bit planes both steps are
 * XORs of whole words. Coefficients that are all 1 need no doubling: that is the plain XOR with
 * parity 0 for one lost shard.
 */
final class Combination {
  /**
   * Bytes that are worked on at a time: 8 to 16 shards' tiles fit the first-level cache, 32 KiB, so
   * that every row after the first reads from there.
   */
  static final int TILE = 4096;

  private static final int TILE_WORDS = TILE / Long.BYTES;

  /** Words of one strip, 64 bytes. */
  private static final int STRIP = 8;

  /** Words of one superblock, 8 strips. */
  private static final int SUPERBLOCK = 8 * STRIP;

  private final int target;

  /** For each bit of a coefficient the set of shards whose coefficient has it, as a bit mask. */
  private final int[] terms = new int[Byte.SIZE];

  /**
   * @param target index of the shard that is made
   * @param sources indices of the shards it is made from, below 32
   * @param coefficients of the sources, in their order
   */
  Combination(int target, int[] sources, int[] coefficients) {
    this.target = target;
    for (int i = 0; i < sources.length; i++) {
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        terms[bit] |= (coefficients[i] >> bit & 1) << sources[i];
      }
    }
  }

  /** Writes the targets of all {@code combinations}, tile by tile. */
  static void runAll(Combination[] combinations, MemorySegment[] shards, long length) {
    long[] sum = new long[TILE_WORDS];
    for (long offset = 0; offset < length; offset += TILE) {
      int words = (int) Math.min(TILE_WORDS, (length - offset) / Long.BYTES);
      for (Combination combination : combinations) {
        combination.run(shards, offset, sum, words);
      }
    }
  }

  private void run(MemorySegment[] shards, long offset, long[] sum, int words) {
    Arrays.fill(sum, 0, words, 0L);
    boolean empty = true;
    for (int bit = Byte.SIZE - 1; bit >= 0; bit--) {
      if (!empty) {
        twice(sum, words);
      }
      for (int left = terms[bit]; left != 0; left &= left - 1) {
        add(sum, shards[Integer.numberOfTrailingZeros(left)], offset, words);
        empty = false;
      }
    }
    MemorySegment.copy(sum, 0, shards[target], JAVA_LONG, offset, words);
  }

  private static void add(long[] sum, MemorySegment shard, long offset, int words) {
    for (int i = 0; i < words; i++) {
      sum[i] ^= shard.get(JAVA_LONG, offset + (long) i * Long.BYTES);
    }
  }

  /** Multiplies by 2: planes move up by one, and plane 7 folds into 0, 2, 3 and 4 (0x11d). */
  private static void twice(long[] sum, int words) {
    for (int block = 0; block < words; block += SUPERBLOCK) {
      for (int i = block; i < block + STRIP; i++) {
        long carry = sum[i + 7 * STRIP];
        sum[i + 7 * STRIP] = sum[i + 6 * STRIP];
        sum[i + 6 * STRIP] = sum[i + 5 * STRIP];
        sum[i + 5 * STRIP] = sum[i + 4 * STRIP];
        sum[i + 4 * STRIP] = sum[i + 3 * STRIP] ^ carry;
        sum[i + 3 * STRIP] = sum[i + 2 * STRIP] ^ carry;
        sum[i + 2 * STRIP] = sum[i + STRIP] ^ carry;
        sum[i + STRIP] = sum[i];
        sum[i] = carry;
      }
    }
  }
}
