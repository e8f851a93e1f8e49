package io.mas.api.repair;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * The rules of the repair that could be left out without any test of the usual path noticing. The
 * product always keeps {@link #ALL}; only the tests that show the harm leave one out.
 */
public enum RepairRule {
  /** Shards are rebuilt only from shards, and as blocks, that match their checksums. */
  VERIFY_SOURCES,
  /** What is published is made from the version of the document that it replaces. */
  PUBLISH_BY_VERSION,
  /** Copies whose publication may have been applied are not deleted. */
  KEEP_UNCERTAIN,
  /** No node gets so many shards of an extent that its loss is the loss of the extent. */
  KEEP_SPREAD,
  /** What has the least redundancy comes first. */
  URGENT_FIRST,
  /** What failed waits, longer each time, so that the others have their turn. */
  BACK_OFF;

  /** What the product keeps. */
  public static final Set<RepairRule> ALL =
      Collections.unmodifiableSet(EnumSet.allOf(RepairRule.class));
}
