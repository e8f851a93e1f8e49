package io.mas.node.disk;

import java.io.IOException;

/** There is no space left for what was to be written. */
public final class DiskFullException extends IOException {
  private static final long serialVersionUID = 1;

  public DiskFullException(String message) {
    super(message);
  }

  public DiskFullException(String message, IOException cause) {
    super(message, cause);
  }
}
