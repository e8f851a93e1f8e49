package io.mas.api.nodes;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * The rules of the verdict that a node is lost (design.md, section 6). The product always keeps
 * {@link #ALL}; only tests that show the harm leave one out.
 */
enum VerdictRule {
  /** All observers agree that the node does not answer. */
  ALL_OBSERVERS,
  /** How long it has not answered depends on what may still be lost. */
  PATIENCE,
  /** A node that comes back has to stay for some time, so that its silence is forgotten. */
  STEADY,
  /** A node that has said that it leaves is waited for. */
  LEAVING,
  /** Who has just begun to look gives no verdicts. */
  SETTLED,
  /** When very many are gone at once, it is not the nodes. */
  SAFE_MODE,
  /** What counts for that are the places of nodes, not how many volumes each has had. */
  PLACES;

  /** What the product keeps. */
  static final Set<VerdictRule> ALL = Collections.unmodifiableSet(EnumSet.allOf(VerdictRule.class));

  /** All but this one. */
  static Set<VerdictRule> without(VerdictRule rule) {
    return EnumSet.complementOf(EnumSet.of(rule));
  }
}
