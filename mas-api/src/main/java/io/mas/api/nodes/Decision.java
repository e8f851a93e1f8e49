package io.mas.api.nodes;

import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.NodeDocument.Cause;
import io.mas.api.metadata.NodeDocument.Lost;
import io.mas.api.metadata.NodeDocument.Progress;
import io.mas.api.metadata.NodeDocument.Suspicion;
import io.mas.common.cluster.NodeState;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes are lost, by what is known of them now: nothing but values.
 *
 * @param lost the nodes to be judged lost now, and why
 * @param held why no verdicts are given but these; empty if they would be
 * @param safeMode whether that is because too many nodes are gone at once
 */
record Decision(Map<NodeDocument, Cause> lost, String held, boolean safeMode) {
  /** With more than so great a share of the nodes gone, it is hardly the nodes. */
  private static final double MOST_GONE = 0.2;

  /** Two must have seen it for long enough, if there are two. */
  private static final int WITNESSES = 2;

  private static final Comparator<NodeDocument> BY_ID = Comparator.comparing(NodeDocument::nodeId);

  /**
   * What is known now.
   *
   * @param now Unix milliseconds
   * @param nodes all of them, with only the suspicions that count
   * @param observers who must agree
   * @param replaced ids of nodes in whose place another volume has come
   * @param warm whether every node has been asked
   * @param settled whether one has looked for long enough to know who must agree
   */
  record Evidence(
      long now,
      List<NodeDocument> nodes,
      Set<String> observers,
      Set<String> replaced,
      boolean warm,
      boolean settled) {}

  /**
   * What the decision stands on.
   *
   * @param survivable m of new files: how many nodes may be gone together
   * @param left how many more shards may be lost of an extent on this node, with those on the nodes
   *     that are gone, and on this one, already counted
   */
  record Terms(
      VerdictProperties properties,
      Set<VerdictRule> rules,
      int survivable,
      ToIntFunction<NodeDocument> left) {}

  static Decision of(Evidence evidence, Terms terms) {
    String unsettled = terms.rules.contains(VerdictRule.SETTLED) ? unsettled(evidence) : "";
    String safeMode = terms.rules.contains(VerdictRule.SAFE_MODE) ? safeMode(evidence, terms) : "";
    Map<NodeDocument, Cause> lost = new TreeMap<>(BY_ID);
    for (NodeDocument node : evidence.nodes) {
      Cause cause = silent(node, evidence, terms.rules) ? cause(node, evidence, terms) : null;
      boolean held =
          switch (cause) {
            case CONFIRMED -> !unsettled.isEmpty();
            case REPLACED -> !evidence.warm || !safeMode.isEmpty();
            case UNREACHABLE -> !unsettled.isEmpty() || !safeMode.isEmpty();
            case null -> true;
          };
      if (!held) {
        lost.put(node, cause);
      }
    }
    return new Decision(
        lost,
        unsettled.isEmpty() ? safeMode : unsettled,
        unsettled.isEmpty() && !safeMode.isEmpty());
  }

  /**
   * Why it is too early. A new volume in a node's place needs no time to be believed: only that all
   * nodes were asked, so that it is known whether very many are gone.
   */
  private static String unsettled(Evidence evidence) {
    if (!evidence.settled) {
      return "this process has just begun to look";
    }
    return evidence.warm ? "" : "this process has not yet asked every node";
  }

  /** Ids of the nodes on which nothing can be read now: silent, or lost and not yet restored. */
  static Set<String> gone(Evidence evidence, Set<VerdictRule> rules) {
    return evidence.nodes.stream()
        .filter(node -> silent(node, evidence, rules) || unrestored(node))
        .map(NodeDocument::nodeId)
        .collect(Collectors.toSet());
  }

  /** Whether a node that is not lost answers nobody, as far as that counts. */
  private static boolean silent(NodeDocument node, Evidence evidence, Set<VerdictRule> rules) {
    int needed = rules.contains(VerdictRule.ALL_OBSERVERS) ? evidence.observers.size() : 1;
    return node.lost() == null && needed > 0 && node.suspicions().size() >= needed;
  }

  private static boolean unrestored(NodeDocument node) {
    Lost lost = node.lost();
    return lost != null && lost.progress() != Progress.RESTORED;
  }

  private static @Nullable Cause cause(NodeDocument node, Evidence evidence, Terms terms) {
    if (terms.properties.confirmedLost().contains(node.nodeId())) {
      return Cause.CONFIRMED;
    }
    if (evidence.replaced.contains(node.nodeId())) {
      return Cause.REPLACED;
    }
    boolean longEnough = silentFor(node, evidence, terms).compareTo(patience(node, terms)) >= 0;
    return longEnough ? Cause.UNREACHABLE : null;
  }

  /** How long it has been silent for two observers; for the one, if there is only one. */
  private static Duration silentFor(NodeDocument node, Evidence evidence, Terms terms) {
    boolean all = terms.rules.contains(VerdictRule.ALL_OBSERVERS);
    int witness = all ? Math.min(evidence.observers.size(), WITNESSES) : 1;
    return node.suspicions().stream()
        .map(Suspicion::lasts)
        .sorted(Comparator.reverseOrder())
        .skip(witness - 1L)
        .findFirst()
        .orElse(Duration.ZERO);
  }

  private static Duration patience(NodeDocument node, Terms terms) {
    VerdictProperties settings = terms.properties;
    Duration patience =
        terms.rules.contains(VerdictRule.PATIENCE)
            ? settings.patience(terms.left.applyAsInt(node))
            : Duration.ZERO;
    boolean leaves =
        node.announcement().state() == NodeState.LEAVING
            && terms.rules.contains(VerdictRule.LEAVING);
    return leaves && patience.compareTo(settings.leaving()) < 0 ? settings.leaving() : patience;
  }

  private static String safeMode(Evidence evidence, Terms terms) {
    List<NodeDocument> vanished =
        evidence.nodes.stream().filter(node -> vanished(node, evidence, terms)).toList();
    long gone = places(vanished, terms.rules);
    long all = places(evidence.nodes.stream().filter(Decision::counts).toList(), terms.rules);
    return gone <= Math.max(terms.survivable, MOST_GONE * all)
        ? ""
        : "safe mode: %d of %d nodes are gone at once, %s; no verdicts until they return or mas.nodes.verdict.confirmed-lost names them"
            .formatted(gone, all, vanished.stream().map(NodeDocument::nodeId).sorted().toList());
  }

  /**
   * Several volumes that one process has had, one after the other, are gone at one place. By their
   * number a volume that is emptied again and again would hold all verdicts for good, its own too.
   */
  private static long places(List<NodeDocument> nodes, Set<VerdictRule> rules) {
    return rules.contains(VerdictRule.PLACES)
        ? nodes.stream().map(node -> node.announcement().process()).distinct().count()
        : nodes.size();
  }

  private static boolean counts(NodeDocument node) {
    return node.lost() == null || unrestored(node);
  }

  private static boolean vanished(NodeDocument node, Evidence evidence, Terms terms) {
    Lost lost = node.lost();
    if (terms.properties.confirmedLost().contains(node.nodeId())) {
      return false;
    }
    if (lost == null) {
      return silent(node, evidence, terms.rules);
    }
    long ago = Math.abs(evidence.now - lost.since());
    boolean lately =
        lost.cause() == Cause.UNREACHABLE && ago <= terms.properties.window().toMillis();
    return lately || unrestored(node);
  }
}
