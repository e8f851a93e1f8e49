package io.mas.dev.options;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The file {@value #NAME} of a data directory: says which command the directory belongs to, and is
 * locked by the process that uses it. The kernel releases the lock however that ends.
 */
final class DirectoryLock implements AutoCloseable {
  static final String NAME = "mas.lock";

  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock.
   *
   * @throws StartProblem if the directory is in use, or belongs to another command
   */
  static DirectoryLock take(Path directory, Command command) {
    Path file = directory.resolve(NAME);
    try {
      Optional<String> owner = owner(directory);
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        requireUnused(directory, tryLock(channel));
        requireOwner(directory, owner, command);
        channel.write(ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
        return new DirectoryLock(channel);
      } catch (RuntimeException | IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new StartProblem(
          "The file %s cannot be used: %s.".formatted(file, e),
          "Make it readable and writable for the user that starts MAS.",
          e);
    }
  }

  private static void requireUnused(Path directory, @Nullable FileLock lock) {
    if (lock == null) {
      throw new StartProblem(
          "The data directory %s is in use by another process.".formatted(directory),
          "Stop that one first, or name another directory with --data.");
    }
  }

  /** The nodes of the one are of no use to the other, whose database does not know them. */
  private static void requireOwner(Path directory, Optional<String> owner, Command command) {
    if (owner.isPresent() && !owner.get().equals(command.toString())) {
      throw new StartProblem(
          "The data directory %s belongs to '%s', this is '%s'."
              .formatted(directory, owner.get(), command),
          "Use that command, or name another directory with --data.");
    }
  }

  /** Before there was such a file, only one command made data directories. */
  private static Optional<String> owner(Path directory) throws IOException {
    Path file = directory.resolve(NAME);
    if (Files.exists(file) && Files.size(file) > 0) {
      return Optional.of(Files.readString(file, StandardCharsets.US_ASCII).strip());
    }
    boolean old = Files.exists(directory.resolve("metadata"));
    return old ? Optional.of(Command.UP.toString()) : Optional.empty();
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException heldByThisProcess) {
      return null;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new IllegalStateException("the lock of a data directory cannot be released", e);
    }
  }
}
