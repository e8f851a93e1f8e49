package io.mas.api.nodes;

import io.mas.common.protocol.InternalKeys;

/**
 * The gateway has no keys to sign by. For the operator, at start: the message says what is wrong
 * with them, and what to do; it shows none.
 */
public final class UnusableKeysException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String problem;

  UnusableKeysException(IllegalArgumentException cause) {
    super(cause.getMessage() + " " + InternalKeys.ADVICE, cause);
    this.problem = String.valueOf(cause.getMessage());
  }

  /** What is wrong. */
  public String problem() {
    return problem;
  }

  /** What the operator can do. */
  public String action() {
    return InternalKeys.ADVICE;
  }
}
