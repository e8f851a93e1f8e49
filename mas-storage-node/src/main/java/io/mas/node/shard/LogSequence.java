package io.mas.node.shard;

import io.mas.common.protocol.NodeError;
import io.mas.node.disk.Ballast;
import io.mas.node.disk.Disk;
import io.mas.node.disk.DiskFile;
import io.mas.node.disk.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Numbers the records of a volume. A number is never given out twice, whatever crashes: numbers are
 * reserved in a file before they are used, {@value #RESERVED} at a time. The highest forced number
 * is kept there too, exactly, whenever it is to be announced; a start goes on from that one, so
 * that an old copy of the volume is known by its lower number.
 *
 * <pre>
 *  0  "MASSEQ1\n" (8)    8  last forced (8)    16  first not reserved (8)    24  CRC32C (4)
 * </pre>
 *
 * Every later format has another digit and keeps the checksum of the first 24 bytes.
 */
final class LogSequence {
  private static final Logger log = LoggerFactory.getLogger(LogSequence.class);

  static final String PATH = "sequence";

  private static final long MAGIC = 0x0a31514553_53414dL; // "MASSEQ1\n" in little-endian order
  private static final int FORMAT_AT = 6;
  private static final int BYTES = 28;
  private static final int RESERVED = 65_536;

  private final DurableFiles files;
  private final Ballast ballast;
  private long next;
  private long reservedEnd;
  private long forced;
  private long saved;

  private LogSequence(DurableFiles files, long forced, long next) {
    this.files = files;
    this.ballast = new Ballast(files);
    this.forced = forced;
    this.saved = forced;
    this.next = next;
    this.reservedEnd = next;
  }

  /** Goes on where the volume was; a volume that holds nothing yet begins with 1. */
  static LogSequence open(DurableFiles files) throws IOException {
    Disk disk = files.disk();
    try (DiskFile file = disk.openToRead(PATH)) {
      if (file != null) {
        ByteBuffer b = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        file.read(b, 0);
        if (b.hasRemaining() || b.getInt(24) != crc(b)) {
          throw unusable("is damaged");
        }
        requireKnown(b);
        return new LogSequence(files, b.getLong(8), b.getLong(16));
      }
    }
    if (!disk.list(ColumnNames.ROOT).isEmpty()) {
      throw unusable("is missing, though the volume holds shards");
    }
    LogSequence fresh = new LogSequence(files, 0, 1);
    fresh.save(fresh.next);
    return fresh;
  }

  /**
   * To be called when something was not found. That is evidence, for which it is written anew
   * elsewhere, or deleted: nothing is said of a volume that is gone, as if unmounted, until the
   * node knows that it is.
   *
   * @throws ShardStoreException {@code NOT_READY} if the volume is gone
   */
  static void requireThere(Disk disk) throws IOException {
    try (DiskFile file = disk.openToRead(PATH)) {
      if (file == null) {
        throw new ShardStoreException(NodeError.NOT_READY, "the volume is gone");
      }
    }
  }

  private static void requireKnown(ByteBuffer b) {
    if (b.getLong(0) != MAGIC) {
      throw new ShardStoreException(
          NodeError.IO_ERROR,
          "file '%s' is of format '%c', this build knows format '1': start the build that wrote it"
              .formatted(PATH, b.get(FORMAT_AT)));
    }
  }

  private static ShardStoreException unusable(String why) {
    return new ShardStoreException(
        NodeError.IO_ERROR,
        "file '%s' %s: start with an empty data directory, and let the cluster repair the node"
            .formatted(PATH, why));
  }

  /** The first of {@code count} new numbers in a row. */
  synchronized long take(int count) throws IOException {
    if (next + count > reservedEnd) {
      save(next + count + RESERVED);
    }
    long first = next;
    next += count;
    return first;
  }

  /** Notes that the record with this number, and so all that will be announced, is forced. */
  synchronized void forced(long sequence) {
    forced = Math.max(forced, sequence);
  }

  synchronized long lastForced() {
    return forced;
  }

  /** See {@link ShardStore#checkpoint}. */
  synchronized long checkpoint() {
    if (saved != forced && !files.failed()) {
      try {
        save(reservedEnd);
      } catch (IOException e) {
        // A node that says nothing would be believed to be as it was when it last said something.
        log.warn("record {} is forced, and {} is what can be announced", forced, saved, e);
      }
    }
    return saved;
  }

  /** Only what is in the file counts: the fields follow it. */
  private void save(long end) throws IOException {
    ByteBuffer b = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    b.putLong(MAGIC).putLong(forced).putLong(end).putInt(24, crc(b)).clear();
    ballast.replace(PATH, file -> file.write(b.rewind(), 0));
    saved = forced;
    reservedEnd = end;
  }

  private static int crc(ByteBuffer b) {
    return RecordFormat.crc(b.slice(0, 24));
  }
}
