package io.mas.api.nodes;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * The rules by which a later life of a node is told from a copy of its volume or an old backup
 * (design.md, section 5). The product always keeps {@link #ALL}; only tests that show the harm
 * leave one out.
 */
enum IdentityRule {
  /** A new life has a higher counter than the accepted one. */
  COUNTER_RISES,
  /** Its log goes on where that of the accepted life was. */
  LOG_GOES_ON;

  /** What the product keeps. */
  static final Set<IdentityRule> ALL =
      Collections.unmodifiableSet(EnumSet.allOf(IdentityRule.class));

  /** All but this one. */
  static Set<IdentityRule> without(IdentityRule rule) {
    return EnumSet.complementOf(EnumSet.of(rule));
  }
}
