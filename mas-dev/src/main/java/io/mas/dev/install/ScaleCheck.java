package io.mas.dev.install;

import io.mas.dev.options.Arguments;
import io.mas.dev.options.StartProblem;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Whether the storage nodes with the highest ordinals may go for good, all at once and with what
 * they hold: then the repair has to make that anew on those that stay.
 *
 * @param nodes how many stay
 * @param data shards of a block
 * @param parity shards of a block
 * @param failures nodes that must be able to fail without loss
 */
record ScaleCheck(int nodes, int data, int parity, int failures) {
  static final String ADVICE =
      """
      Nothing was changed. Take away fewer nodes at once, and wait until 'mas status' says that all is well before the next.
      If you know better, set storage.allowUnsafeScaleIn=true: docs/operations/scale-out.md says what that may cost.""";

  private static final Pattern GEOMETRY = Pattern.compile("(\\d{1,2})\\+(\\d{1,2})");
  private static final Pattern ORDINAL = Pattern.compile(".*-(\\d{1,9})");

  /** What the nodes that stay keep free, so that they do not all become full. */
  private static final double RESERVE = 0.1;

  static ScaleCheck of(Arguments given) {
    String erasure = given.text("erasure", "4+2");
    Matcher geometry = GEOMETRY.matcher(erasure);
    int nodes = given.number("nodes", 0);
    if (!geometry.matches() || nodes < 1) {
      throw new StartProblem(
          "--nodes is %d and --erasure '%s'.".formatted(nodes, erasure),
          "Say how many nodes stay, 1 or more, and k+m such as 4+2.");
    }
    return new ScaleCheck(
        nodes,
        Integer.parseInt(geometry.group(1)),
        Integer.parseInt(geometry.group(2)),
        given.number("node-failures", 1));
  }

  /** Whether any of so many nodes goes. */
  boolean takesAway(int replicas) {
    return replicas > nodes;
  }

  /**
   * Why not; empty if they may go.
   *
   * @param status what a gateway answers to {@code /api/admin/status}
   * @param out is told which nodes go
   */
  List<String> reasonsAgainst(JsonNode status, PrintStream out) {
    List<JsonNode> there =
        status.path("nodes").valueStream().filter(ScaleCheck.in("LOST").negate()).toList();
    List<JsonNode> leaving = there.stream().filter(this::leaves).toList();
    if (leaving.isEmpty()) {
      out.println("No storage node goes.");
      return List.of();
    }
    List<JsonNode> staying = there.stream().filter(node -> !leaves(node)).toList();
    out.printf("%s would go, %d stay.%n", names(leaving), staying.size());
    List<String> reasons = new ArrayList<>();
    state(status, reasons);
    redundancy(status, leaving.size(), reasons);
    places((int) staying.stream().filter(in("UP")).count(), reasons);
    space(leaving, staying, reasons);
    return reasons;
  }

  private boolean leaves(JsonNode node) {
    Matcher ordinal = ORDINAL.matcher(node.path("process").asString(""));
    return ordinal.matches() && Integer.parseInt(ordinal.group(1)) >= nodes;
  }

  private static Predicate<JsonNode> in(String state) {
    return node -> node.path("state").asString("").equals(state);
  }

  private static String names(List<JsonNode> nodes) {
    return String.join(
        ", ", nodes.stream().map(node -> node.path("process").asString("")).sorted().toList());
  }

  private static void state(JsonNode status, List<String> reasons) {
    if (!status.path("repair").isObject()) {
      reasons.add("The store cannot say what is missing now, as its database does not answer.");
    } else if (!status.path("healthy").asBoolean(false)) {
      reasons.add("The store is not well now: 'mas status' says what is missing.");
    }
  }

  private static void redundancy(JsonNode status, int leaving, List<String> reasons) {
    int mayFail = status.path("may_fail").asInt(-1);
    if (mayFail - leaving < 1) {
      reasons.add(
          "%d nodes would go, and %d may fail: no further one might fail until their shards are made anew."
              .formatted(leaving, Math.max(0, mayFail)));
    }
  }

  /** The arithmetic of placement: io.mas.api.nodes.Placement. */
  private void places(int staying, List<String> reasons) {
    int most = staying == 0 ? data + parity : Math.ceilDiv(data + parity, staying);
    if (staying == 0 || (long) most * failures > parity) {
      reasons.add(
          "%d nodes would take writes, too few to place %d+%d shards so that %d of them may fail."
              .formatted(staying, data, parity, failures));
    }
  }

  private static void space(List<JsonNode> leaving, List<JsonNode> staying, List<String> reasons) {
    long moved =
        leaving.stream()
            .mapToLong(node -> node.path("capacity").asLong() - node.path("free").asLong())
            .sum();
    long free = staying.stream().mapToLong(node -> node.path("free").asLong()).sum();
    if (moved > free * (1 - RESERVE)) {
      reasons.add(
          "%d MiB are on the nodes that would go, and only %d MiB are free on those that stay."
              .formatted(moved >> 20, free >> 20));
    }
  }
}
