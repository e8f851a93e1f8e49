package io.mas.api.web;

import java.util.Arrays;

/**
 * Finds a sequence of bytes (Horspool, "Practical fast searching in strings", 1980): the byte at
 * the window's end says how far the window may go, so that of content which has nothing of the
 * sequence one byte in {@link #length()} is looked at.
 *
 * <p>A candidate is compared from its beginning. If the sequence's first byte is nowhere else in
 * it, candidates share no bytes that were compared, and so the time is linear even in content that
 * was made to be slow. Immutable.
 */
final class BoundarySearch {
  private final byte[] wanted;

  /** By the byte at the window's end: how far the next window is that can match. */
  private final int[] skips = new int[256];

  /**
   * @param wanted at least one byte
   */
  BoundarySearch(byte[] wanted) {
    if (wanted.length == 0) {
      throw new IllegalArgumentException("nothing to search for, expected at least one byte");
    }
    this.wanted = wanted.clone();
    Arrays.fill(skips, wanted.length);
    for (int i = 0; i < wanted.length - 1; i++) {
      skips[wanted[i] & 0xff] = wanted.length - 1 - i;
    }
  }

  /** In bytes. */
  int length() {
    return wanted.length;
  }

  /** Where the sequence first lies wholly between {@code from} and {@code to}, or -1. */
  int find(byte[] bytes, int from, int to) {
    int last = wanted.length - 1;
    byte end = wanted[last];
    for (int at = from + last; at < to; at += skips[bytes[at] & 0xff]) {
      if (bytes[at] == end && isAt(bytes, at - last)) {
        return at - last;
      }
    }
    return -1;
  }

  private boolean isAt(byte[] bytes, int at) {
    return Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length);
  }
}
