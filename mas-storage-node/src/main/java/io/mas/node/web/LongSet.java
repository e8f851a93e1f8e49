package io.mas.node.web;

/** A set of random 64-bit numbers in 16 to 32 bytes each: open addressing, at most half full. */
final class LongSet {
  private static final int MIN_SLOTS = 16;

  /** 2^64 divided by the golden ratio: spreads numbers that are less random than they should be. */
  private static final long SPREAD = 0x9e3779b97f4a7c15L;

  /** 0 is an empty slot. */
  private long[] slots = new long[MIN_SLOTS];

  private boolean hasZero;
  private int size;

  /** Adds a number; false if it is there already. */
  boolean add(long number) {
    boolean added;
    if (number == 0) {
      added = !hasZero;
      hasZero = true;
    } else {
      growIfHalfFull();
      added = put(number);
    }
    size += added ? 1 : 0;
    return added;
  }

  int size() {
    return size;
  }

  private boolean put(long number) {
    int at = (int) ((number * SPREAD) >>> 32) & (slots.length - 1);
    while (slots[at] != 0 && slots[at] != number) {
      at = (at + 1) & (slots.length - 1);
    }
    boolean added = slots[at] == 0;
    slots[at] = number;
    return added;
  }

  private void growIfHalfFull() {
    if (2 * size < slots.length) {
      return;
    }
    long[] before = slots;
    slots = new long[2 * before.length];
    for (long number : before) {
      if (number != 0) {
        put(number);
      }
    }
  }
}
