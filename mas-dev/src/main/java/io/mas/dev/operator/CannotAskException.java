package io.mas.dev.operator;

/** The store could not be asked. The message says what is wrong and what to do about it. */
public final class CannotAskException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param problem what is wrong
   * @param action what the operator may do about it
   */
  public CannotAskException(String problem, String action) {
    super(problem + "\n" + action);
  }
}
