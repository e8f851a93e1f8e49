package io.mas.api.status;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** How many more nodes may fail before a block of an extent cannot be read. */
final class Survival {
  private Survival() {}

  /**
   * So many nodes may fail, whichever they are; negative if a block cannot be read now.
   *
   * @param serves whether a node does what it is asked
   */
  static int mayFail(ExtentDocument extent, Predicate<String> serves) {
    Set<Integer> lost = new HashSet<>();
    for (int shard = 0; shard < extent.layout().width(); shard++) {
      if (extent.missing().contains(new Missing(shard, Missing.ALL))
          || !serves.test(extent.shards().get(shard).node())) {
        lost.add(shard);
      }
    }
    int left = extent.layout().m() - lost.size() - worstBlock(extent, lost);
    int nodes = 0;
    for (int shards : mostFirst(extent, lost)) {
      left -= shards;
      if (left < 0) {
        return nodes == 0 && left + shards < 0 ? -1 : nodes;
      }
      nodes++;
    }
    return nodes;
  }

  /** The most shards that a block lacks, besides those that the whole extent does. */
  private static int worstBlock(ExtentDocument extent, Set<Integer> lost) {
    Map<Integer, Integer> ofBlock = new HashMap<>();
    extent.missing().stream()
        .filter(missing -> missing.block() != Missing.ALL && !lost.contains(missing.shard()))
        .forEach(missing -> ofBlock.merge(missing.block(), 1, Integer::sum));
    return ofBlock.values().stream().mapToInt(n -> n).max().orElse(0);
  }

  /** How many shards each node has that serves, the most first: that is the worst order. */
  private static List<Integer> mostFirst(ExtentDocument extent, Set<Integer> lost) {
    Map<String, Integer> ofNode = new HashMap<>();
    for (int shard = 0; shard < extent.layout().width(); shard++) {
      if (!lost.contains(shard)) {
        ofNode.merge(extent.shards().get(shard).node(), 1, Integer::sum);
      }
    }
    return ofNode.values().stream().sorted(Comparator.reverseOrder()).toList();
  }
}
