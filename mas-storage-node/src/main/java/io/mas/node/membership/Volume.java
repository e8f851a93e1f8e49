package io.mas.node.membership;

import io.mas.common.cluster.NodeState;

/** What the announcer has to know of the volume. */
public interface Volume {

  /**
   * Its state now.
   *
   * @throws IllegalStateException after {@link #giveUp}
   */
  State state();

  /**
   * The highest forced sequence number that may be announced: the volume's later lives will know
   * that it was.
   */
  long announcedSequence();

  /** Whether it is still the volume that was opened, as its disk says now; blocks. */
  Sight look();

  /** It is gone, or its disk is dead: from now on it has no state that could be announced. */
  void giveUp();

  /** What is seen of a volume. */
  enum Sight {
    /** It is there. */
    THERE,
    /** Its identity is certainly gone, such as when its directory was emptied. */
    GONE,
    /** Its disk fails to say so. */
    UNREADABLE
  }

  /**
   * The state of a volume.
   *
   * @param capacityBytes its size
   * @param freeBytes what may still be stored
   * @param state what the node says of itself while it runs
   */
  record State(long capacityBytes, long freeBytes, NodeState state) {}
}
