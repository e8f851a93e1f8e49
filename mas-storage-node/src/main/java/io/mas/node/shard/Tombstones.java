package io.mas.node.shard;

import io.mas.common.object.ObjectHash;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.NodeError;
import io.mas.node.disk.DiskFile;
import io.mas.node.disk.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which files were deleted: a row for each, in one file beside the commit records of a directory. A
 * record of its own would be an inode for every hash that was ever deleted, on every node, for
 * ever. Rows are appended and forced; of several of a file the highest counts. Little-endian; runs
 * on disk threads.
 *
 * <pre>
 *  0  "MASDEL1\n" (8)    8  SHA-256 of the file (32)   40  version (8)   48  time (8)
 * 56  CRC32C of cluster and node, as in a shard record (4)   60  CRC32C of the first 60 bytes (4)
 * </pre>
 *
 * Every later format has another digit and keeps the length and the checksum.
 */
final class Tombstones {
  /** The name of the file in its directory. */
  static final String NAME = "deleted";

  private static final Logger log = LoggerFactory.getLogger(Tombstones.class);

  private static final long MAGIC = 0x0a314c4544_53414dL; // "MASDEL1\n" in little-endian order
  private static final int FORMAT_AT = 6;
  private static final int BYTES = 64;
  private static final int CHECKSUM_AT = 60;

  /** Rows read at once: 64 KiB. */
  private static final int READ_AT_ONCE = 1024;

  private final DurableFiles files;
  private final int volume;
  private final Stripes stripes = new Stripes();

  /** Files whose names this process has forced; as many as there are directories. */
  private final Set<String> durable = ConcurrentHashMap.newKeySet();

  Tombstones(DurableFiles files, VolumeId volume) {
    this.files = files;
    ByteBuffer ids = ByteBuffer.allocate(2 * VolumeId.BYTES);
    ids.put(volume.cluster().duplicate()).put(volume.node().duplicate());
    this.volume = RecordFormat.crc(ids.flip());
  }

  /**
   * A file that was deleted.
   *
   * @param version of its document since
   * @param time when it was created, Unix seconds
   */
  record Tombstone(ObjectHash hash, long version, long time) {
    static Tombstone of(CommitRecord deleted) {
      return new Tombstone(deleted.hash(), deleted.version(), deleted.time());
    }
  }

  /** Keeps a row for good; one more if there is an equal one, which may never have been forced. */
  void put(String directory, Tombstone row) throws IOException {
    String path = directory + "/" + NAME;
    ReentrantLock lock = stripes.of(path);
    lock.lock();
    try (DiskFile file = files.open(path)) {
      if (file == null) {
        rewrite(path, List.of(row));
      } else {
        add(file, path, row);
      }
    } finally {
      lock.unlock();
    }
  }

  private void rewrite(String path, Collection<Tombstone> rows) throws IOException {
    files.replace(path, target -> writeAll(target, rows));
    durable.add(path);
  }

  private void add(DiskFile file, String path, Tombstone row) throws IOException {
    long rows = file.size() / BYTES; // a torn one is written over
    Collection<Tombstone> fewer = compacted(file, rows, row);
    if (fewer == null) {
      append(file, path, rows, row);
    } else {
      rewrite(path, fewer);
    }
  }

  /** All rows that count, with one more, if that saves half of them; looked at ever more rarely. */
  private @Nullable Collection<Tombstone> compacted(DiskFile file, long rows, Tombstone row) {
    if (rows < READ_AT_ONCE || Long.bitCount(rows) != 1) {
      return null;
    }
    Map<ObjectHash, Tombstone> highest = new HashMap<>();
    try {
      each(file, one -> keepHigher(highest, one));
    } catch (IOException e) {
      log.warn("deleted files are not put together", e);
      return null; // a row is kept whatever those before it are
    }
    keepHigher(highest, row);
    return highest.size() <= rows / 2 ? highest.values() : null;
  }

  private static void keepHigher(Map<ObjectHash, Tombstone> highest, Tombstone row) {
    highest.merge(row.hash, row, (a, b) -> a.version >= b.version ? a : b);
  }

  private void writeAll(DiskFile file, Collection<Tombstone> rows) throws IOException {
    long at = 0;
    for (Tombstone row : rows) {
      file.write(encode(row), at);
      at += BYTES;
    }
  }

  private void append(DiskFile file, String path, long rows, Tombstone row) throws IOException {
    file.write(encode(row), rows * BYTES);
    files.force(file, path);
    if (!durable.contains(path)) {
      files.forceDirectory(path.substring(0, path.lastIndexOf('/')));
      durable.add(path);
    }
    files.requireSound(path);
  }

  /**
   * What is known of a directory.
   *
   * @param rows the highest of each file
   * @param damaged how many rows say nothing
   */
  record Known(Collection<Tombstone> rows, int damaged) {}

  Known in(String directory) throws IOException {
    Map<ObjectHash, Tombstone> highest = new HashMap<>();
    int damaged = 0;
    try (DiskFile file = files.disk().openToRead(directory + "/" + NAME)) {
      if (file != null) {
        damaged = each(file, row -> keepHigher(highest, row));
      }
    }
    return new Known(highest.values(), damaged);
  }

  /** Gives the whole rows to the consumer; how many are damaged. */
  private int each(DiskFile file, Consumer<Tombstone> consumer) throws IOException {
    ByteBuffer rows = ByteBuffer.allocate(READ_AT_ONCE * BYTES);
    int damaged = 0;
    long size = file.size();
    for (long at = 0; at + BYTES <= size; at += rows.capacity()) {
      file.read(rows.clear(), at);
      rows.flip();
      for (int from = 0; from + BYTES <= rows.limit(); from += BYTES) {
        Tombstone row = decode(rows.slice(from, BYTES).order(ByteOrder.LITTLE_ENDIAN));
        if (row == null) {
          damaged++;
        } else {
          consumer.accept(row);
        }
      }
    }
    return damaged;
  }

  private ByteBuffer encode(Tombstone row) {
    ByteBuffer b = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    b.putLong(MAGIC).put(HexFormat.of().parseHex(row.hash.hex()));
    b.putLong(row.version).putLong(row.time).putInt(volume);
    return b.putInt(RecordFormat.crc(b.slice(0, CHECKSUM_AT))).flip();
  }

  /** A row, or null if it is damaged, or was written for another volume. */
  private @Nullable Tombstone decode(ByteBuffer b) {
    if (b.getInt(CHECKSUM_AT) != RecordFormat.crc(b.slice(0, CHECKSUM_AT))
        || b.getInt(56) != volume) {
      return null;
    }
    if (b.getLong(0) != MAGIC) {
      throw new ShardStoreException(
          NodeError.IO_ERROR,
          "a row of deleted files is of format '%c', this build knows format '1': start the build that wrote it"
              .formatted(b.get(FORMAT_AT)));
    }
    byte[] hash = new byte[32];
    b.get(8, hash);
    return new Tombstone(ObjectHash.of(hash), b.getLong(40), b.getLong(48));
  }
}
