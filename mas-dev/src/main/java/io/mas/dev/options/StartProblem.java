package io.mas.dev.options;

import org.jspecify.annotations.Nullable;

/** The store cannot start. The message says what is wrong and what to do about it. */
public final class StartProblem extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param problem what is wrong
   * @param action what the user may do about it
   */
  public StartProblem(String problem, String action) {
    this(problem, action, null);
  }

  /** The same with its cause. */
  public StartProblem(String problem, String action, @Nullable Throwable cause) {
    super(problem + "\n" + action, cause);
  }
}
