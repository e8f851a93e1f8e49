package io.mas.api.garbage;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * The rules of the sweep of the inventories (ADR 15). The product always keeps {@link #ALL}; only
 * the tests that show what each rule is for leave one out.
 */
public enum GarbageRule {
  /** A part is left alone until it is old: whoever writes it may be under way. */
  AGE,
  /** What a chunk of an upload lists is left alone. */
  LISTED,
  /**
   * A column without an extent document gets one, marked, before it is deleted: its writer cannot
   * publish it any more.
   */
  SEIZE,
  /** The extent's version is raised before an attempt is deleted: no publish under way wins. */
  RAISE,
  /** No copy of an extent that lacks shards, or is being repaired, is deleted. */
  WHOLE,
  /** A copy goes only when the one that is published in its place can be read. */
  PUBLISHED;

  /** What the product keeps. */
  public static final Set<GarbageRule> ALL =
      Collections.unmodifiableSet(EnumSet.allOf(GarbageRule.class));
}
