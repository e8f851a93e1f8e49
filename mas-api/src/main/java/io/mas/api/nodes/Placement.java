package io.mas.api.nodes;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.Layout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Chooses a node for each shard of an extent: one shard a node where there are enough, spread over
 * zones, then hosts, then nodes, and never so that the failures that must be survived are not.
 * Among equals it prefers free space, with some chance so that gateways do not all choose the same.
 * Thread-safe.
 */
public final class Placement {
  private final NodeView view;
  private final int minNodeFailures;
  private final RandomGenerator random;

  public Placement(NodeView view, PlacementProperties properties, RandomGenerator random) {
    this.view = view;
    this.minNodeFailures = properties.minNodeFailures();
    this.random = random;
  }

  /**
   * A choice of nodes.
   *
   * @param nodes one for each shard, in shard order
   * @param belowIdeal whether nodes had to take more than one shard
   */
  public record Choice(List<Member> nodes, boolean belowIdeal) {}

  /**
   * Chooses among the nodes that take writes now.
   *
   * @param avoid ids of nodes that have just failed; not used
   * @throws MasException PLACEMENT_IMPOSSIBLE if too few nodes are left
   */
  public Choice choose(Layout layout, Set<String> avoid) {
    return choose(layout, avoid, view.writable());
  }

  Choice choose(Layout layout, Set<String> avoid, List<Member> writable) {
    List<Member> candidates = writable.stream().filter(node -> !avoid.contains(node.id())).toList();
    int most = mostPerNode(layout, candidates.size());
    Map<String, Double> preference =
        candidates.stream().collect(Collectors.toMap(Member::id, this::preference));
    Tally tally = new Tally();
    List<Member> chosen = new ArrayList<>();
    for (int shard = 0; shard < layout.width(); shard++) {
      Member best =
          candidates.stream()
              .filter(node -> tally.of(tally.nodes, node.id()) < most)
              .min(
                  tally
                      .leastUsed()
                      .thenComparingDouble(node -> -preference.getOrDefault(node.id(), 0.0)))
              .orElseThrow();
      tally.add(best);
      chosen.add(best);
    }
    return new Choice(chosen, candidates.size() < layout.width());
  }

  /**
   * One more shard of an extent that needs a node.
   *
   * @param held ids of the nodes of its other shards, a node as often as it has one
   * @param avoid ids of nodes that have just failed; not used
   * @param shunned id of the node that has lost the shard; used only if it is better for the spread
   * @param most shards of the extent that a node may have
   */
  public record Gap(List<String> held, Set<String> avoid, String shunned, int most) {
    public Gap {
      held = List.copyOf(held);
      avoid = Set.copyOf(avoid);
    }
  }

  /**
   * The most shards of an extent that a node may have so that the failures to be survived cost at
   * most m of a block.
   */
  public int mostPerNode(Layout layout) {
    return minNodeFailures == 0 ? layout.width() : layout.m() / minNodeFailures;
  }

  /** Chooses among the nodes that take writes now; empty if none may have the shard. */
  public Optional<Member> another(Gap gap) {
    Tally tally = new Tally();
    gap.held.forEach(id -> view.member(id).ifPresent(tally::add));
    Map<String, Double> preference = new HashMap<>();
    return view.writable().stream()
        .filter(node -> !gap.avoid.contains(node.id()))
        .filter(node -> tally.of(tally.nodes, node.id()) < gap.most)
        .min(
            tally
                .leastUsed()
                .thenComparing(node -> node.id().equals(gap.shunned))
                .thenComparingDouble(
                    node -> -preference.computeIfAbsent(node.id(), id -> preference(node))));
  }

  private double preference(Member node) {
    return random.nextDouble() * Math.max(1, node.freeBytes());
  }

  /**
   * How many shards a node may get, so that the failures to be survived cost at most m of a block.
   */
  private int mostPerNode(Layout layout, int nodes) {
    int most = nodes == 0 ? 0 : (layout.width() + nodes - 1) / nodes;
    boolean survives = nodes > 0 && (long) most * minNodeFailures <= layout.m();
    if (!survives) {
      throw new MasException(
          ErrorCode.PLACEMENT_IMPOSSIBLE,
          "%d nodes take writes, too few to place %d+%d shards so that %d of them may fail"
              .formatted(nodes, layout.k(), layout.m(), minNodeFailures));
    }
    return most;
  }

  /** Counts the shards already placed in each zone, host and node. */
  private static final class Tally {
    final Map<String, Integer> zones = new HashMap<>();
    final Map<String, Integer> hosts = new HashMap<>();
    final Map<String, Integer> nodes = new HashMap<>();

    int of(Map<String, Integer> counts, String key) {
      return counts.getOrDefault(key, 0);
    }

    void add(Member node) {
      zones.merge(node.zone(), 1, Integer::sum);
      hosts.merge(node.host(), 1, Integer::sum);
      nodes.merge(node.id(), 1, Integer::sum);
    }

    Comparator<Member> leastUsed() {
      return Comparator.comparingInt((Member node) -> of(zones, node.zone()))
          .thenComparingInt(node -> of(hosts, node.host()))
          .thenComparingInt(node -> of(nodes, node.id()));
    }
  }
}
