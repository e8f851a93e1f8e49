package io.mas.api.nodes;

/** What is heard at a node's address when it is asked who it is. */
enum Answer {
  /** It is there, in its accepted life. */
  ITSELF,
  /**
   * Somebody is there who refuses to say who it is: it is still starting, or does not trust or
   * understand this process. A sign of life, but no proof that it is this node.
   */
  REFUSAL,
  /**
   * Nobody, another node, or a copy or an old backup of this one; or a refusal where the new volume
   * in this one's place has the same address.
   */
  NONE,
  /** The question was not asked, or given up here: nothing follows. */
  UNKNOWN
}
