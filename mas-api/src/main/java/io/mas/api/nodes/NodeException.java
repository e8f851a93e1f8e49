package io.mas.api.nodes;

import io.mas.common.protocol.NodeError;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A storage node refused a request, or gave no answer. */
public final class NodeException extends Exception {
  private static final long serialVersionUID = 1;

  private final @Nullable NodeError error;
  private final boolean sent;

  /** The node answered with a refusal. */
  public NodeException(NodeError error, String message) {
    super(message);
    this.error = error;
    this.sent = true;
  }

  /** The node gave no answer, or one that breaks the protocol: nothing is known of the outcome. */
  public NodeException(String message, @Nullable Throwable cause) {
    this(message, cause, true);
  }

  private NodeException(String message, @Nullable Throwable cause, boolean sent) {
    super(message, cause);
    this.error = null;
    this.sent = sent;
  }

  /** The request never left this gateway, for a reason of its own. */
  static NodeException notSent(String message) {
    return new NodeException(message, null, false);
  }

  /** Why the node refused, or empty if it gave no answer. */
  public Optional<NodeError> error() {
    return Optional.ofNullable(error);
  }

  /**
   * Whether it says nothing of the node: the request was not sent, or the caller stopped waiting
   * because it was interrupted.
   */
  boolean saysNothing() {
    return !sent || getCause() instanceof InterruptedException;
  }

  /** Whether the node answered that it has no such copy. */
  public boolean notFound() {
    return error == NodeError.NOT_FOUND;
  }
}
