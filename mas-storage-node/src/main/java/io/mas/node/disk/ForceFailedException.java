package io.mas.node.disk;

import java.io.IOException;

/**
 * A force failed. After that the kernel may have thrown the bytes away and marked its pages clean,
 * so a second force that succeeds proves nothing (Rebello et al., "Can Applications Recover from
 * fsync Failures?", USENIX ATC 2020): the volume takes no more writes in this life.
 */
public final class ForceFailedException extends IOException {
  private static final long serialVersionUID = 1;

  ForceFailedException(String path, IOException cause) {
    super("force of '" + path + "' failed: " + cause.getMessage(), cause);
  }
}
