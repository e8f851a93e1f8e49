package io.mas.api.nodes;

import io.mas.common.cluster.NodeState;
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
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
   * @param belowIdeal see {@link Placement#belowIdeal}
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
    return new Choice(chosen, belowIdeal(chosen));
  }

  /**
   * Whether shards are spread worse than they could be: a node has several, or another had better
   * have one of them, be it away now. Not one that is lost, drained or full: it may stay so.
   *
   * @param holders the nodes of an extent's shards, a node as often as it has one
   */
  public boolean belowIdeal(List<Member> holders) {
    Tally tally = new Tally();
    holders.forEach(tally::add);
    if (tally.nodes.size() < holders.size()) {
      return true;
    }
    List<Member> others =
        view.standings().stream()
            .filter(node -> !node.lost())
            .filter(node -> node.state() == NodeState.UP || node.state() == NodeState.LEAVING)
            .map(NodeView.Standing::member)
            .toList();
    return holders.stream()
        .anyMatch(holder -> others.stream().anyMatch(other -> tally.better(holder, other)));
  }

  /**
   * Chooses, among the nodes that take writes now, one that had better have a shard than the node
   * that has it; empty if there is none.
   *
   * @param holder the node that has it
   * @param gap where all shards are, this one too
   */
  public Optional<Member> better(Member holder, Gap gap) {
    Tally tally = tally(gap.held);
    Predicate<Member> better = node -> tally.better(holder, node);
    List<Member> candidates = candidates(gap).filter(better).toList();
    tally.remove(holder);
    return best(candidates.stream(), tally, gap);
  }

  /**
   * One more shard of an extent that needs a node.
   *
   * @param held ids of the nodes that have its shards, a node as often as it has one
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
   * most m of a block. One, if m is less than they are: an extent of an earlier geometry is rebuilt
   * all the same.
   */
  public int mostPerNode(Layout layout) {
    return minNodeFailures == 0 ? layout.width() : Math.max(1, layout.m() / minNodeFailures);
  }

  /** How many nodes may fail and nothing is lost. */
  public int minNodeFailures() {
    return minNodeFailures;
  }

  /** Chooses among the nodes that take writes now; empty if none may have the shard. */
  public Optional<Member> another(Gap gap) {
    Tally tally = tally(gap.held);
    return best(
        candidates(gap).filter(node -> tally.of(tally.nodes, node.id()) < gap.most), tally, gap);
  }

  private Tally tally(List<String> held) {
    Tally tally = new Tally();
    held.forEach(id -> view.member(id).ifPresent(tally::add));
    return tally;
  }

  private Stream<Member> candidates(Gap gap) {
    return view.writable().stream().filter(node -> !gap.avoid.contains(node.id()));
  }

  private Optional<Member> best(Stream<Member> candidates, Tally tally, Gap gap) {
    Map<String, Double> preference = new HashMap<>();
    return candidates.min(
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

    void remove(Member node) {
      zones.merge(node.zone(), -1, Integer::sum);
      hosts.merge(node.host(), -1, Integer::sum);
      nodes.merge(node.id(), -1, Integer::sum);
    }

    /**
     * Whether a shard of one node had better be on another, which has none: the first has several,
     * or its zone, or in zones as good its host, has more than the other's would have. What is
     * moved so is never moved back.
     */
    boolean better(Member from, Member to) {
      if (of(nodes, to.id()) > 0) {
        return false;
      }
      int zone = change(zones, from.zone(), to.zone());
      return of(nodes, from.id()) > 1
          || zone < 0
          || (zone == 0 && change(hosts, from.host(), to.host()) < 0);
    }

    /** How much more the other would have than the one has now; 0 if they are the same. */
    private int change(Map<String, Integer> counts, String from, String to) {
      return from.equals(to) ? 0 : of(counts, to) + 1 - of(counts, from);
    }

    Comparator<Member> leastUsed() {
      return Comparator.comparingInt((Member node) -> of(zones, node.zone()))
          .thenComparingInt(node -> of(hosts, node.host()))
          .thenComparingInt(node -> of(nodes, node.id()));
    }
  }
}
