package io.mas.api.metadata;

import org.jspecify.annotations.Nullable;

/**
 * The metadata cannot be used. For the operator, at start: the message says what is wrong and what
 * to do about it.
 */
public sealed class MetadataStartException extends RuntimeException
    permits UnusableDirectoryException {
  private static final long serialVersionUID = 1;

  private final String problem;
  private final String action;

  MetadataStartException(String problem, String action, @Nullable Throwable cause) {
    super(problem + ": " + action, cause);
    this.problem = problem;
    this.action = action;
  }

  /** What is wrong, without the action. */
  public final String problem() {
    return problem;
  }

  /** What the operator can do. */
  public final String action() {
    return action;
  }
}
