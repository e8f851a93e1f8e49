package io.mas.node.shard;

import java.util.concurrent.locks.ReentrantLock;

/** Locks that keys share: a bounded number of them, and no two keys ever need two at once. */
final class Stripes {
  private static final int COUNT = 256;

  private final ReentrantLock[] locks = new ReentrantLock[COUNT];

  Stripes() {
    for (int i = 0; i < COUNT; i++) {
      locks[i] = new ReentrantLock();
    }
  }

  ReentrantLock of(Object key) {
    int hash = key.hashCode();
    return locks[(hash ^ (hash >>> 8) ^ (hash >>> 16)) & (COUNT - 1)];
  }
}
