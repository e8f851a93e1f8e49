package io.mas.node.membership;

import org.jspecify.annotations.Nullable;

/** The node cannot start. The message says what is wrong and what to do about it. */
public final class NodeStartException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String problem;
  private final String action;

  public NodeStartException(String message, String action) {
    this(message, action, null);
  }

  public NodeStartException(String message, String action, @Nullable Throwable cause) {
    super(message + " " + action, cause);
    this.problem = message;
    this.action = action;
  }

  /** What is wrong, without the action. */
  public String problem() {
    return problem;
  }

  /** What the operator can do. */
  public String action() {
    return action;
  }
}
