package io.mas.api;

/** What a process of mas-api does. */
enum Role {
  /** Serves the public API. */
  GATEWAY,
  /**
   * Does what nobody waits for: repairs extents, collects garbage and expired uploads. Has no
   * public port.
   */
  REPAIR
}
