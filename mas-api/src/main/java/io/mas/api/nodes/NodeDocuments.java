package io.mas.api.nodes;

import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.WriteOutcome;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Changes documents of nodes by compare-and-set against others who change them. Thread-safe. */
final class NodeDocuments {
  /** Rounds against other processes that save the same node. */
  private static final int MAX_ROUNDS = 20;

  private final MetadataStore metadata;

  NodeDocuments(MetadataStore metadata) {
    this.metadata = metadata;
  }

  /**
   * Changes a node's document.
   *
   * @param change makes the next version of what is saved now; what it was given if nothing is to
   *     be done
   * @return what is saved now; empty if there is no such node
   * @throws MasException if the metadata do not answer
   */
  Optional<NodeDocument> change(String nodeId, UnaryOperator<NodeDocument> change) {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Optional<NodeDocument> saved = metadata.node(nodeId);
      if (saved.isEmpty()) {
        return saved;
      }
      NodeDocument next = change.apply(saved.get());
      if (next.equals(saved.get()) || applied(next)) {
        return Optional.of(next);
      }
    }
    throw new MasException(
        ErrorCode.METADATA_NOT_SAVED, "others save node %s all the time".formatted(nodeId));
  }

  /** Whether this very version is in force. */
  boolean applied(NodeDocument next) {
    return metadata.compareAndSetNode(next) == WriteOutcome.APPLIED;
  }
}
