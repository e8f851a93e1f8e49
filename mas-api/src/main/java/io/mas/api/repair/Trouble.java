package io.mas.api.repair;

import java.util.HashSet;
import java.util.Set;

/**
 * What has gone wrong since a worker took an extent. Used by one thread.
 *
 * @param nodes ids of nodes that failed to take a column; not tried again
 * @param columns columns whose own node does not take a block: they move
 */
record Trouble(Set<String> nodes, Set<Integer> columns) {
  static Trouble none() {
    return new Trouble(new HashSet<>(), new HashSet<>());
  }
}
