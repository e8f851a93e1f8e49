package io.mas.node.membership;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The lock that makes one process the only user of a volume. The kernel releases it when the
 * process ends, however it ends.
 */
public final class VolumeLock implements AutoCloseable {
  static final String NAME = "node.lock";

  private final FileChannel channel;

  private VolumeLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock of a data directory, which is made if there is none.
   *
   * @throws NodeStartException if it is taken, or the directory cannot be used
   */
  public static VolumeLock take(Path directory) {
    try {
      Files.createDirectories(directory);
      FileChannel channel =
          FileChannel.open(
              directory.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (tryLock(channel) == null) {
        channel.close();
        throw new NodeStartException(
            "The data directory '%s' is in use by another storage node.".formatted(directory),
            "Stop that one, or give this one a directory of its own with mas.node.data.");
      }
      return new VolumeLock(channel);
    } catch (IOException e) {
      throw new NodeStartException(
          "The data directory '%s' cannot be used: %s.".formatted(directory, e),
          "Make it readable and writable for the user that runs the node, or name another one with"
              + " mas.node.data.",
          e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException heldByThisProcess) {
      return null;
    }
  }

  /** Releases the lock. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new IllegalStateException("the volume's lock cannot be released", e);
    }
  }
}
