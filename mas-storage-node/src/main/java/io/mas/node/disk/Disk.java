package io.mas.node.disk;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of one volume. Paths are relative to the volume, with {@code /} between their names;
 * the volume itself is the empty path. Thread-safe.
 *
 * <p>What was written, created, renamed or deleted survives a crash only after the force of the
 * file (its bytes) and of its directory (its name). Every method throws {@link DiskFullException}
 * when there is no space left, {@link ReadOnlyDiskException} when nothing can be changed any more,
 * and {@link IOException} when the disk fails; what a failed write has left behind is unknown. Keep
 * this interface small: tests implement it with faults.
 */
public interface Disk {

  /** Opens a file for reading and writing, or answers null when there is none. */
  @Nullable DiskFile open(String path) throws IOException;

  /**
   * Opens a file for reading alone, or answers null when there is none. Works on a file system that
   * has become read-only, as ext4 does after an error.
   */
  @Nullable DiskFile openToRead(String path) throws IOException;

  /**
   * As {@link #openToRead}, for a small file whose bytes are to come from the device: what the
   * kernel has in memory can be read long after a disk has died. Where the file system cannot do
   * that it is the same.
   */
  @Nullable DiskFile openPastCache(String path) throws IOException;

  /**
   * Creates an empty file and opens it for reading and writing.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is one
   */
  DiskFile create(String path) throws IOException;

  /** Creates a directory whose parent exists; does nothing when it is there. */
  void createDirectory(String path) throws IOException;

  /** Gives a file another name, in one step; a file that has the name is replaced. */
  void rename(String from, String to) throws IOException;

  /** Deletes a file; false when there was none. */
  boolean delete(String path) throws IOException;

  /** Makes the creations, renames and deletes in a directory survive a crash. */
  void forceDirectory(String path) throws IOException;

  /** The names in a directory, sorted; none when there is no such directory. */
  List<String> list(String directory) throws IOException;

  /** How large the volume is, and what is free of it. */
  DiskSpace space() throws IOException;
}
