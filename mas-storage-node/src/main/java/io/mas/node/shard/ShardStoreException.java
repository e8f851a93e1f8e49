package io.mas.node.shard;

import io.mas.common.protocol.NodeError;
import io.mas.node.disk.DiskFullException;
import io.mas.node.disk.ForceFailedException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A refusal or failure of the store; the message names the thing, its value, what was expected. */
public final class ShardStoreException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final NodeError error;

  public ShardStoreException(NodeError error, String message) {
    this(error, message, null);
  }

  public ShardStoreException(NodeError error, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.error = error;
  }

  /** The refusal that a failure of the disk means. */
  static ShardStoreException of(String what, IOException cause) {
    NodeError error =
        switch (cause) {
          case DiskFullException _ -> NodeError.FULL;
          case ForceFailedException _ -> NodeError.READ_ONLY;
          default -> NodeError.IO_ERROR;
        };
    return new ShardStoreException(error, what + ": " + cause.getMessage(), cause);
  }

  public NodeError error() {
    return error;
  }
}
