package io.mas.node.disk;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writing that survives a crash. Every force of the node goes through here, so that the first one
 * that fails is known and {@link #failed} from then on. Thread-safe.
 */
public final class DurableFiles {
  private static final Logger log = LoggerFactory.getLogger(DurableFiles.class);

  /** Where files are written before they get their name; emptied at each start. */
  public static final String TEMPORARY = "tmp";

  private static final Duration TRIED_AGAIN = Duration.ofMinutes(1);

  private final Disk disk;
  private final LongSupplier nanos;
  private final AtomicLong temporaryNames = new AtomicLong();
  private final LongAdder forces = new LongAdder();

  /** Directories whose own names this process has forced; as many as there are directories. */
  private final Set<String> durableDirectories = ConcurrentHashMap.newKeySet();

  private volatile boolean failed;
  private volatile @Nullable Long fullSince;

  public DurableFiles(Disk disk) {
    this(disk, System::nanoTime);
  }

  /**
   * @param nanos a time in nanoseconds that only ever rises
   */
  DurableFiles(Disk disk, LongSupplier nanos) {
    this.disk = disk;
    this.nanos = nanos;
    durableDirectories.add("");
  }

  /** What a file is to hold. */
  @FunctionalInterface
  public interface Content {
    void writeTo(DiskFile file) throws IOException;
  }

  public Disk disk() {
    return disk;
  }

  /** Whether a force has failed, or the volume is read-only: nothing may be written any more. */
  public boolean failed() {
    return failed;
  }

  /**
   * Whether the last file that was to be made found no room, be it bytes or inodes, of which no
   * disk tells how many are free. After a minute it may be tried again.
   */
  public boolean full() {
    Long since = fullSince;
    return since != null && nanos.getAsLong() - since < TRIED_AGAIN.toNanos();
  }

  /** Notes that there is no room for a file that is to be made. */
  void noRoom() {
    fullSince = nanos.getAsLong();
  }

  /**
   * To be asked before a write is acknowledged whose forces succeeded. The kernel tells of an error
   * in writing back once; a file or directory opened after another thread was told is forced
   * without one, though its bytes may be lost (Rebello et al., "Can applications recover from fsync
   * failures?", ATC 2020).
   *
   * @throws ForceFailedException if another force has failed
   */
  public void requireSound(String path) throws ForceFailedException {
    if (failed) {
      throw new ForceFailedException(path, new IOException("another force has failed"));
    }
  }

  /** Opens a file that is to be changed, or answers null when there is none. */
  public @Nullable DiskFile open(String path) throws IOException {
    try {
      return disk.open(path);
    } catch (ReadOnlyDiskException e) {
      throw readOnly(e);
    }
  }

  private ReadOnlyDiskException readOnly(ReadOnlyDiskException cause) {
    if (!failed) {
      failed = true;
      log.error("no more writes until the node is started again", cause);
    }
    return cause;
  }

  /** How many forces there were, of files and directories. */
  public long forces() {
    return forces.sum();
  }

  /** Makes the directory for temporary files, and deletes what a crash has left in it. */
  public void prepare() throws IOException {
    disk.createDirectory(TEMPORARY);
    for (String name : disk.list(TEMPORARY)) {
      disk.delete(TEMPORARY + "/" + name);
    }
  }

  /**
   * Writes a file under its name in one step, in place of one that has the name: temporary file,
   * force, rename, force of the directory. After a crash or a failure the file is what it was, or
   * all of the new content; when this returns it is the new content for good.
   *
   * @throws ForceFailedException if a force failed, this one or another; the file may be either
   */
  public void replace(String path, Content content) throws IOException {
    String temporary = TEMPORARY + "/" + temporaryNames.incrementAndGet();
    String directory = parent(path);
    try {
      try (DiskFile file = disk.create(temporary)) {
        content.writeTo(file);
        force(file, path);
      }
      ensureDirectory(directory);
      disk.rename(temporary, path);
      fullSince = null;
    } catch (IOException e) {
      discard(temporary, e);
      if (e instanceof NoSuchFileException) {
        durableDirectories.remove(directory);
      }
      if (e instanceof DiskFullException) {
        noRoom();
      }
      throw e instanceof ReadOnlyDiskException readOnly ? readOnly(readOnly) : e;
    }
    forceDirectory(directory);
    requireSound(path);
  }

  /**
   * Deletes a file for good, no matter whether there is one: when there is none, an earlier delete
   * may have crashed before its force.
   */
  public void delete(String path) throws IOException {
    String directory = parent(path);
    fullSince = null;
    if (disk.delete(path) || !disk.list(directory).isEmpty()) {
      forceDirectory(directory);
    }
  }

  /** Forces a file's bytes; {@code path} is for the message. */
  public void force(DiskFile file, String path) throws ForceFailedException {
    forces.increment();
    try {
      file.force();
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  /** Forces the names in a directory. */
  public void forceDirectory(String directory) throws ForceFailedException {
    forces.increment();
    try {
      disk.forceDirectory(directory);
    } catch (IOException e) {
      throw failed(directory, e);
    }
  }

  private ForceFailedException failed(String path, IOException cause) {
    failed = true;
    log.error("force of '{}' failed: no more writes until the node is started again", path, cause);
    return new ForceFailedException(path, cause);
  }

  /**
   * Makes a directory and those above it, durably. One that is found is forced once too: whoever
   * made it may have crashed, or not be that far yet.
   */
  public void ensureDirectory(String directory) throws IOException {
    if (durableDirectories.contains(directory)) {
      return;
    }
    String parent = parent(directory);
    ensureDirectory(parent);
    disk.createDirectory(directory);
    forceDirectory(parent);
    durableDirectories.add(directory);
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  private void discard(String temporary, IOException cause) {
    try {
      disk.delete(temporary);
    } catch (IOException e) {
      cause.addSuppressed(e); // the next start deletes it
    }
  }
}
