package io.mas.common.cluster;

/** What a node says of itself. */
public enum NodeState {
  /** Takes reads and writes. */
  UP,
  /** Gets no new shards; its shards are copied away. */
  DRAINING,
  /** Is about to stop and will be back; not lost within 10 minutes of saying so. */
  LEAVING,
  /** Serves and deletes what it has, refuses writes: full, or a failed fsync. */
  READ_ONLY
}
