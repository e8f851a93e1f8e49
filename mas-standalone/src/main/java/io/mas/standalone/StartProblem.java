package io.mas.standalone;

import org.jspecify.annotations.Nullable;

/** The store cannot start. The message says what is wrong and what to do about it. */
public final class StartProblem extends RuntimeException {
  private static final long serialVersionUID = 1;

  StartProblem(String problem, String action) {
    this(problem, action, null);
  }

  StartProblem(String problem, String action, @Nullable Throwable cause) {
    super(problem + "\n" + action, cause);
  }
}
