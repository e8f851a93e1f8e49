package io.mas.node.disk;

import java.io.IOException;

/** The file system takes no changes: the kernel has made it read-only, or somebody has. */
public final class ReadOnlyDiskException extends IOException {
  private static final long serialVersionUID = 1;

  public ReadOnlyDiskException(String message, Throwable cause) {
    super(message, cause);
  }
}
