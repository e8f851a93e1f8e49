package io.mas.api.nodes;

/** What is heard at a node's address when it is asked who it is. */
enum Answer {
  /** It is there, in its accepted life. */
  ITSELF,
  /**
   * Somebody is there who refuses to say who it is: it is still starting, or does not trust or
   * understand this process. A sign of life of whoever has the address, and the new volume in a
   * node's place has the same: no proof that this node lives.
   */
  REFUSAL,
  /** Nobody, another node, or a copy or an old backup of this one. */
  NONE
}
