package io.mas.api.object;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * The rules of the commit and collection protocol (design.md, section 3), one for each variant of
 * its model that breaks when the rule is left out. The product always keeps {@link #ALL}; only the
 * tests that replay the model's counterexamples leave one out.
 */
public enum ProtocolRule {
  /** A collection marks the extents before it deletes ({@code no-mark}). */
  MARK,
  /** A collection raises the file's version before it deletes ({@code no-fence}). */
  FENCE,
  /** The mark comes before the fence ({@code fence-first}). */
  MARK_BEFORE_FENCE,
  /** A collection leaves alone what a live file names ({@code named-unchecked}). */
  NAMED_CHECK,
  /**
   * A collection leaves a file alone of which the nodes' commit records know more than the metadata
   * do (ADR 15, {@code records-unasked}).
   */
  RECORDS,
  /**
   * A finish reads the file's version before it reads its parts back ({@code
   * version-after-verify}).
   */
  VERSION_BEFORE_VERIFY,
  /** A single upload reads the file's version before it stores ({@code version-read-late}). */
  VERSION_BEFORE_STORE,
  /** A commit of unknown outcome may be the own one ({@code lost-is-not-mine}). */
  LOST_MAY_BE_MINE;

  /** What the product keeps. */
  public static final Set<ProtocolRule> ALL =
      Collections.unmodifiableSet(EnumSet.allOf(ProtocolRule.class));
}
