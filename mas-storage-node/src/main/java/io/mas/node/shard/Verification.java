package io.mas.node.shard;

import java.util.List;

/**
 * What verifying a column has found.
 *
 * @param intact blocks whose checksums match
 * @param damaged numbers of the blocks whose checksums do not
 * @param unreadableBytes bytes of the column that belong to no record that could be read
 */
public record Verification(int intact, List<Integer> damaged, long unreadableBytes) {
  public Verification {
    damaged = List.copyOf(damaged);
  }

  /** Whether there is nothing to repair. */
  public boolean clean() {
    return damaged.isEmpty() && unreadableBytes == 0;
  }
}
