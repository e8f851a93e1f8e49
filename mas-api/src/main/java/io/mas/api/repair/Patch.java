package io.mas.api.repair;

import io.mas.api.nodes.Member;
import io.mas.common.object.ShardKey;
import java.util.Collections;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Shards of one column that are to be written to one node.
 *
 * @param node where they go
 * @param key the copy: the published one, or one of a new attempt
 * @param moves whether the attempt is new, so that it has to be published, whole
 * @param blocks numbers of the blocks
 */
record Patch(Member node, ShardKey key, boolean moves, NavigableSet<Integer> blocks) {
  Patch {
    blocks = Collections.unmodifiableNavigableSet(new TreeSet<>(blocks));
  }

  int shard() {
    return key.shard();
  }
}
