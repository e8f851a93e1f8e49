package io.mas.api.metadata;

import io.mas.api.metadata.ExtentDocument.Missing;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How many more nodes may fail before a block of an extent cannot be read. */
public final class Survival {
  private Survival() {}

  /**
   * So many nodes may fail, whichever they are; negative if a block cannot be read now.
   *
   * @param serves whether a node does what it is asked
   */
  public static int mayFail(ExtentDocument extent, Predicate<String> serves) {
    Set<Integer> blocks =
        extent.missing().stream()
            .map(Missing::block)
            .collect(Collectors.toCollection(HashSet::new));
    blocks.add(Missing.ALL); // any block that is not damaged by itself
    return blocks.stream()
        .mapToInt(block -> mayFail(extent, there(extent, block, serves)))
        .min()
        .orElseThrow();
  }

  /**
   * Whether every block can be read though a node fails, whichever it is: as far as nodes serve
   * that are not known to lack something.
   */
  public static boolean ofAnyNode(ExtentDocument extent) {
    return mayFail(extent, _ -> true) > 0;
  }

  /** The shards of a block that can be read. */
  private static List<Integer> there(ExtentDocument extent, int block, Predicate<String> serves) {
    return IntStream.range(0, extent.layout().width())
        .filter(shard -> serves.test(extent.shards().get(shard).node()))
        .filter(shard -> !extent.missing().contains(new Missing(shard, Missing.ALL)))
        .filter(shard -> !extent.missing().contains(new Missing(shard, block)))
        .boxed()
        .toList();
  }

  /** Nodes with many shards fail first: that is the worst order. */
  private static int mayFail(ExtentDocument extent, List<Integer> there) {
    int spare = there.size() - extent.layout().k();
    if (spare < 0) {
      return -1;
    }
    int nodes = 0;
    for (int shards : mostFirst(extent, there)) {
      spare -= shards;
      if (spare < 0) {
        break;
      }
      nodes++;
    }
    return nodes;
  }

  /** How many of the shards each node has. */
  private static List<Integer> mostFirst(ExtentDocument extent, List<Integer> there) {
    Map<String, Integer> ofNode = new HashMap<>();
    there.forEach(shard -> ofNode.merge(extent.shards().get(shard).node(), 1, Integer::sum));
    return ofNode.values().stream().sorted(Comparator.reverseOrder()).toList();
  }
}
