package io.mas.api.nodes;

import io.mas.common.protocol.NodeError;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A storage node refused a request, or gave no answer. */
public final class NodeException extends Exception {
  private static final long serialVersionUID = 1;

  private final @Nullable NodeError error;

  /** The node answered with a refusal. */
  public NodeException(NodeError error, String message) {
    super(message);
    this.error = error;
  }

  /** The node gave no answer, or one that breaks the protocol: nothing is known of the outcome. */
  public NodeException(String message, @Nullable Throwable cause) {
    super(message, cause);
    this.error = null;
  }

  /** Why the node refused, or empty if it gave no answer. */
  public Optional<NodeError> error() {
    return Optional.ofNullable(error);
  }

  /** Whether the caller stopped waiting because it was interrupted. */
  boolean interrupted() {
    return getCause() instanceof InterruptedException;
  }

  /** Whether the node answered that it has no such copy. */
  public boolean notFound() {
    return error == NodeError.NOT_FOUND;
  }
}
