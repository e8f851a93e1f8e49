package io.mas.standalone;

import java.io.InputStream;
import java.util.SplittableRandom;

/** Random bytes made while they are read: the same for a seed, from whatever place. */
final class RandomBytes extends InputStream {
  private static final int BLOCK = 1 << 16;

  private final long seed;
  private final long length;
  private final byte mask;
  private final byte[] block = new byte[BLOCK];
  private long position;
  private long held = -1;

  /**
   * @param from where to begin
   * @param length of the whole, of which {@code from} is a part
   * @param bits of each byte that are random; the others are 0
   */
  RandomBytes(long seed, long from, long length, int bits) {
    this.mask = (byte) ((1 << bits) - 1);
    this.seed = seed;
    this.position = from;
    this.length = length;
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] to, int offset, int wanted) {
    if (wanted == 0) {
      return 0;
    }
    if (position >= length) {
      return -1;
    }
    long number = position / BLOCK;
    if (number != held) {
      new SplittableRandom(seed * 0x9E3779B97F4A7C15L + number).nextBytes(block);
      for (int i = 0; mask != -1 && i < block.length; i++) {
        block[i] &= mask;
      }
      held = number;
    }
    int at = (int) (position % BLOCK);
    int count = (int) Math.min(Math.min(wanted, BLOCK - at), length - position);
    System.arraycopy(block, at, to, offset, count);
    position += count;
    return count;
  }
}
