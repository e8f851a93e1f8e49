package io.mas.api.status;

import io.mas.api.nodes.NodeView;

/** How a node is, in one word for operators. */
public enum Condition {
  /** Takes reads and writes. */
  UP,
  /** Serves, and gets no new shards; its shards are copied away. */
  DRAINING,
  /** Still serves, and is about to stop. */
  LEAVING,
  /** Serves and deletes what it has, refuses writes. */
  READ_ONLY,
  /** Answers, but does not trust or understand this gateway. */
  REFUSES,
  /** Does not answer. */
  SUSPECT,
  /** Is given up; its shards are rebuilt on other nodes. */
  LOST;

  /** How this node is. */
  public static Condition of(NodeView.Standing node) {
    if (node.lost()) {
      return LOST;
    }
    if (!node.serves()) {
      return node.suspect() ? SUSPECT : REFUSES;
    }
    return switch (node.state()) {
      case UP -> UP;
      case DRAINING -> DRAINING;
      case LEAVING -> LEAVING;
      case READ_ONLY -> READ_ONLY;
    };
  }
}
