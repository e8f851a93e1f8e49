package io.mas.api.metadata;

/** How fresh a read is. */
public enum Concern {
  /** Acknowledged by a majority, possibly a little old: for serving. */
  MAJORITY,
  /** Reflects every write acknowledged before the read began: for {@code finish} and Collect. */
  LINEARIZABLE
}
