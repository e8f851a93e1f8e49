package io.mas.bench.load;

import io.mas.bench.Sample;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The bytes of a file, made again from a seed whenever they are needed: to hash, to send, and to
 * compare. Contents of different seeds share no block.
 *
 * @param seed names the bytes
 * @param size in bytes
 * @param compressible whether they are log lines, which zstd stores in a fifth; else nothing can be
 *     saved
 */
record Content(long seed, long size, boolean compressible) {
  private static final int WORD = Long.BYTES;

  /** The increment of SplitMix64 (Steele, Lea, Flood 2014): 2^64 divided by the golden ratio. */
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  /** Words between two that only this content has, within log lines: 4 KiB. */
  private static final int STAMPED = 512;

  private static final int LOG_WORDS = 1 << 17;
  private static final ByteBuffer LOGS =
      ByteBuffer.wrap(Sample.LOGS.bytes(LOG_WORDS * WORD)).order(ByteOrder.LITTLE_ENDIAN);

  /**
   * Writes the bytes from {@code offset} on into a buffer, from its beginning to its end or the
   * next whole word.
   *
   * @param offset a multiple of 8
   * @param into in little-endian order; the capacity is a multiple of 8
   * @param length how many bytes are wanted
   */
  void fill(long offset, ByteBuffer into, int length) {
    long first = offset / WORD;
    int words = (length + WORD - 1) / WORD;
    if (compressible) {
      fillWithLogs(first, into, words);
    } else {
      for (int i = 0; i < words; i++) {
        into.putLong(i * WORD, mix(seed + GOLDEN * (first + i)));
      }
    }
  }

  private void fillWithLogs(long first, ByteBuffer into, int words) {
    for (int i = 0; i < words; i++) {
      long at = first + i;
      long word =
          at % STAMPED == 0
              ? mix(seed + GOLDEN * at)
              : LOGS.getLong((int) ((seed + at) & (LOG_WORDS - 1)) * WORD);
      into.putLong(i * WORD, word);
    }
  }

  /** The finaliser of SplitMix64: four bytes a nanosecond at the least, where SHA-256 does two. */
  static long mix(long z) {
    long x = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
    return x ^ (x >>> 31);
  }
}
