package io.mas.common.protocol;

/** How soon a node does what it is asked. */
public enum Priority {
  /** Somebody waits. */
  NORMAL,

  /** Nobody waits: behind what is {@link #NORMAL}, where the processors do not do for both. */
  BACKGROUND
}
