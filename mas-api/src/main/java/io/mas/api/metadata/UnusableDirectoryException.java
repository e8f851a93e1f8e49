package io.mas.api.metadata;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The embedded database cannot be opened; the problem names the directory. */
public final class UnusableDirectoryException extends MetadataStartException {
  private static final long serialVersionUID = 1;

  UnusableDirectoryException(
      Path directory, String problem, String action, @Nullable Throwable cause) {
    super("metadata directory %s %s".formatted(directory, problem), action, cause);
  }
}
