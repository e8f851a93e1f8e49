package io.mas.api.object;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * The rules of writing and reading the bytes of files (design.md, sections 3 and 4). The product
 * always keeps {@link #ALL}; only the tests that show the harm leave one out.
 */
public enum DataRule {
  /** A batch of blocks counts once it is forced on all k+m nodes, not on any k of them. */
  ALL_FORCED,
  /** What was read counts only if it matches its checksum. */
  VERIFIED,
  /** A shard that is slow is replaced by parity, and nothing follows for it: it is no evidence. */
  SLOW_IS_NO_EVIDENCE,
  /** A shard that is not there is evidence only while the document still names that copy. */
  MOVED_IS_NO_EVIDENCE,
  /** What a read does not find where it was is looked for where its document says now. */
  MOVED_IS_READ_AGAIN,
  /** Each download looks at the file's document; what was seen before serves in an outage only. */
  FILE_IS_LOOKED_AT;

  /** What the product keeps. */
  public static final Set<DataRule> ALL =
      Collections.unmodifiableSet(EnumSet.allOf(DataRule.class));

  /** All but this one. */
  public static Set<DataRule> without(DataRule rule) {
    return EnumSet.complementOf(EnumSet.of(rule));
  }
}
