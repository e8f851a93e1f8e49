package io.mas.bench.load;

import org.jspecify.annotations.Nullable;

/** The load cannot be run as asked. The message says why and what to do about it. */
public final class LoadProblem extends RuntimeException {
  private static final long serialVersionUID = 1;

  LoadProblem(String message) {
    this(message, null);
  }

  LoadProblem(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
