package io.mas.api.metadata;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The embedded database cannot be opened. For the operator, at start: the message names the
 * directory, what is wrong with it, and what to do.
 */
public final class UnusableDirectoryException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String action;

  UnusableDirectoryException(
      Path directory, String problem, String action, @Nullable Throwable cause) {
    super("metadata directory %s %s: %s".formatted(directory, problem, action), cause);
    this.action = action;
  }

  /** What the operator can do. */
  public String action() {
    return action;
  }
}
