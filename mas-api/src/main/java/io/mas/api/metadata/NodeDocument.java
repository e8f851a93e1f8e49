package io.mas.api.metadata;

import io.mas.common.cluster.NodeAnnouncement;

/**
 * {@code nodes/{node id}}: the highest accepted life of a node. A lower counter, an equal counter
 * with another boot id, or a higher counter with a lower log sequence is a copy or an old backup
 * (design.md, section 5, Identity).
 *
 * @param version 1 when inserted, raised by one with each change
 * @param announcement the last announcement that was accepted and saved
 */
public record NodeDocument(long version, NodeAnnouncement announcement) {
  public NodeDocument {
    if (version < 1) {
      throw new IllegalArgumentException("version " + version + ", expected 1 or more");
    }
  }

  /** The node's permanent id, which is the document's. */
  public String nodeId() {
    return announcement.identity().nodeId();
  }
}
