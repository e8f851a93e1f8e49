package io.mas.api.erasure;

import io.mas.common.object.Layout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Shards of one block with known content: random data, and the parity that {@link NaiveCode} says.
 */
final class Stripe {
  private final Layout layout;
  private final byte[][] expected;
  private final MemorySegment[] shards;

  private Stripe(Layout layout, byte[][] expected, MemorySegment[] shards) {
    this.layout = layout;
    this.expected = expected;
    this.shards = shards;
  }

  /** Data is in place, parity is still 0. */
  static Stripe random(Arena arena, Layout layout, int length, RandomGenerator random) {
    byte[][] data = new byte[layout.k()][length];
    for (byte[] shard : data) {
      random.nextBytes(shard);
    }
    byte[][] parity = NaiveCode.parity(layout.codec(), layout.m(), data);
    byte[][] expected = Arrays.copyOf(data, layout.width());
    System.arraycopy(parity, 0, expected, layout.k(), layout.m());
    MemorySegment[] shards = new MemorySegment[layout.width()];
    for (int shard = 0; shard < shards.length; shard++) {
      shards[shard] = arena.allocate(length, Long.BYTES);
    }
    Stripe stripe = new Stripe(layout, expected, shards);
    for (int shard = 0; shard < layout.k(); shard++) {
      stripe.restore(shard);
    }
    return stripe;
  }

  Layout layout() {
    return layout;
  }

  MemorySegment[] shards() {
    return shards;
  }

  int length() {
    return expected[0].length;
  }

  /** Puts the right bytes into a shard. */
  void restore(int shard) {
    MemorySegment.copy(
        expected[shard], 0, shards[shard], ValueLayout.JAVA_BYTE, 0, expected[shard].length);
  }

  void destroy(int shard) {
    shards[shard].fill((byte) 0x5a);
  }

  boolean isDestroyed(int shard) {
    byte[] bytes = bytes(shard);
    byte[] destroyed = new byte[bytes.length];
    Arrays.fill(destroyed, (byte) 0x5a);
    return Arrays.equals(bytes, destroyed);
  }

  boolean isRight(int shard) {
    return MemorySegment.ofArray(expected[shard]).mismatch(shards[shard]) == -1;
  }

  byte[] bytes(int shard) {
    return shards[shard].toArray(ValueLayout.JAVA_BYTE);
  }
}
