package io.mas.api.repair;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.nodes.Member;
import io.mas.api.nodes.Nodes;
import io.mas.api.nodes.Placement.Gap;
import io.mas.common.object.ShardKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Decides where shards go. A bad block goes to its own node again; a whole column goes to another
 * node, chosen so that the spread stays; and when nothing is missing, a column that shares its node
 * with another, or its zone or host with more than it need, goes to a node that has none. Reads
 * only the view of the nodes. Thread-safe.
 */
final class Planner {
  private final Nodes nodes;
  private final RandomGenerator random;
  private final Set<RepairRule> rules;

  Planner(Nodes nodes, RandomGenerator random, Set<RepairRule> rules) {
    this.nodes = nodes;
    this.random = random;
    this.rules = rules;
  }

  /** How many nodes take shards now. */
  int writable() {
    return nodes.view().writable().size();
  }

  /** Whether something can be done for the extent now. */
  boolean possible(ExtentDocument extent) {
    // What the collection has put in the place of its writer's document stands for no block.
    return !extent.seized() && (stale(extent) || !plan(extent, Trouble.none()).isEmpty());
  }

  /** Whether nothing is missing and all well spread: only the document does not say so yet. */
  boolean stale(ExtentDocument extent) {
    return extent.missing().isEmpty() && !belowIdeal(extent.shards());
  }

  /** Whether shards are spread worse than they could be. */
  boolean belowIdeal(List<ExtentDocument.Shard> shards) {
    if (shards.stream().map(ExtentDocument.Shard::node).distinct().count() < shards.size()) {
      return true; // whether the view knows the node or not
    }
    List<Member> holders =
        shards.stream()
            .map(shard -> nodes.view().member(shard.node()))
            .flatMap(Optional::stream)
            .toList();
    return nodes.placement().belowIdeal(holders);
  }

  /**
   * The columns of the extent of which nothing is to be expected where they are, and was not at
   * {@code then} (Unix milliseconds): those of nodes that were lost, and those that a node that is
   * there does not have.
   */
  Set<Integer> givenUp(ExtentDocument extent, long then) {
    return columns(extent)
        .filter(shard -> goneSince(extent, shard) <= then)
        .boxed()
        .collect(Collectors.toSet());
  }

  private long goneSince(ExtentDocument extent, int shard) {
    String node = node(extent, shard);
    boolean gone =
        nodes.view().gone(node) || extent.missing().contains(new Missing(shard, Missing.ALL));
    return gone ? nodes.view().lostSince(node).orElse(extent.turn().since()) : Long.MAX_VALUE;
  }

  private static String node(ExtentDocument extent, int shard) {
    return extent.shards().get(shard).node();
  }

  /** What can be written now to make the extent whole, or at least better; may be nothing. */
  List<Patch> plan(ExtentDocument extent, Trouble trouble) {
    return extent.missing().isEmpty() ? spread(extent, trouble) : rebuild(extent, trouble);
  }

  private List<Patch> rebuild(ExtentDocument extent, Trouble trouble) {
    List<Patch> patches = new ArrayList<>();
    NavigableSet<Integer> moving = new TreeSet<>(trouble.columns());
    badBlocks(extent)
        .forEach(
            (shard, blocks) -> {
              Optional<Member> own = nodes.view().member(node(extent, shard));
              if (blocks.contains(Missing.ALL) || own.isEmpty()) {
                moving.add(shard);
              } else if (!moving.contains(shard)) {
                patches.add(new Patch(own.get(), extent.key(shard), false, blocks));
              }
            });
    moving.retainAll(badBlocks(extent).keySet());
    Room room = new Room(extent, trouble, nodes.placement().mostPerNode(extent.layout()));
    columns(extent).filter(shard -> !moving.contains(shard)).forEach(room::hold);
    moving.forEach(shard -> room.move(shard, room.own(shard)).ifPresent(patches::add));
    return patches;
  }

  private static Map<Integer, NavigableSet<Integer>> badBlocks(ExtentDocument extent) {
    return extent.missing().stream()
        .collect(
            Collectors.groupingBy(
                Missing::shard,
                TreeMap::new,
                Collectors.mapping(Missing::block, Collectors.toCollection(TreeSet::new))));
  }

  /** Columns move as far as there are nodes that had better have them. */
  private List<Patch> spread(ExtentDocument extent, Trouble trouble) {
    if (!rules.contains(RepairRule.KEEP_SPREAD)) {
      return List.of();
    }
    Room room = new Room(extent, trouble, 1);
    columns(extent).forEach(room::hold);
    return columns(extent).mapToObj(room::improve).flatMap(Optional::stream).toList();
  }

  /** Where columns of an extent may go; each one that is placed leaves less for the next. */
  private final class Room {
    private final ExtentDocument extent;
    private final Set<String> avoid;
    private final int most;
    private final List<String> held = new ArrayList<>();

    /**
     * @param most columns that a node may have
     */
    Room(ExtentDocument extent, Trouble trouble, int most) {
      this.extent = extent;
      this.avoid = trouble.nodes();
      this.most = most;
    }

    /** The column stays where it is. */
    void hold(int shard) {
      hold(own(shard));
    }

    private void hold(String node) {
      if (rules.contains(RepairRule.KEEP_SPREAD)) {
        held.add(node);
      }
    }

    String own(int shard) {
      return node(extent, shard);
    }

    Optional<Patch> move(int shard, String shunned) {
      Optional<Member> node = nodes.placement().another(new Gap(held, avoid, shunned, most));
      return node.map(one -> moved(shard, one));
    }

    /** The column moves if there is a node that had better have it. */
    Optional<Patch> improve(int shard) {
      Gap gap = new Gap(held, avoid, "", most);
      Optional<Member> node =
          nodes.view().member(own(shard)).flatMap(own -> nodes.placement().better(own, gap));
      node.ifPresent(_ -> held.remove(own(shard)));
      return node.map(one -> moved(shard, one));
    }

    private Patch moved(int shard, Member to) {
      hold(to.id());
      return new Patch(to, new ShardKey(extent.id(), shard, random.nextLong()), true, all(extent));
    }
  }

  private static IntStream columns(ExtentDocument extent) {
    return IntStream.range(0, extent.shards().size());
  }

  private static NavigableSet<Integer> all(ExtentDocument extent) {
    return IntStream.range(0, extent.blocks().size())
        .boxed()
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
