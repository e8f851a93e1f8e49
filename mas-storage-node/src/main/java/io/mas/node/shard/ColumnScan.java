package io.mas.node.shard;

import io.mas.common.object.ShardKey;
import io.mas.node.disk.DiskFile;
import io.mas.node.shard.ColumnTable.Stored;
import io.mas.node.shard.ShardStore.Origin;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the records of a column by their headers. Where there is none, it goes on at the next
 * header that can be read: damage in the middle costs what is damaged and no more. A sector that
 * the disk cannot read is damage too, and while there is one nothing counts as a torn tail.
 */
final class ColumnScan {
  private static final Logger log = LoggerFactory.getLogger(ColumnScan.class);

  /** Bytes looked through at once for the next header. */
  private static final int WINDOW = 64 << 10;

  /** What a disk fails to read at once, bytes: a physical sector, and a page of the cache. */
  private static final int SECTOR = 4096;

  private final RecordFormat format;
  private final DiskFile file;
  private final ShardKey key;
  private final long size;
  private final Map<Integer, Stored> blocks = new HashMap<>();
  private @Nullable Origin origin;
  private long end;
  private long unreadable;
  private boolean readFailed;

  private ColumnScan(RecordFormat format, DiskFile file, ShardKey key) throws IOException {
    this.format = format;
    this.file = file;
    this.key = key;
    this.size = file.size();
  }

  static ColumnTable scan(RecordFormat format, DiskFile file, ShardKey key) throws IOException {
    ColumnScan scan = new ColumnScan(format, file, key);
    scan.run();
    if (scan.blocks.isEmpty() || scan.readFailed) {
      // A column is created whole: where no record can be read, it is damage, not a torn tail.
      scan.unreadable += scan.size - scan.end;
      scan.end = scan.size;
    }
    return new ColumnTable(key, scan.origin, scan.blocks, scan.end, scan.unreadable, false);
  }

  /** What the first record says of the column, or null if that is damaged or of another build. */
  static @Nullable Origin origin(RecordFormat format, DiskFile file, ShardKey key)
      throws IOException {
    try {
      RecordHeader first = new ColumnScan(format, file, key).headerAt(0);
      return first == null ? null : first.origin();
    } catch (ShardStoreException e) {
      log.warn("inventory without the origin of a column: {}", e.getMessage());
      return null;
    }
  }

  private void run() {
    long at = 0;
    while (at >= 0) {
      RecordHeader header = headerAt(at);
      if (header == null) {
        at = resync(at + 1);
      } else {
        unreadable += at - end;
        add(at, header);
        at += header.length();
        end = at;
      }
    }
  }

  private void add(long at, RecordHeader header) {
    origin = header.origin();
    var found = new Stored(at, header.sequence(), header.frame(), false);
    blocks.merge(header.frame().block(), found, this::valid);
  }

  /** Of two records of a block the later one, unless a crash has left it without its bytes. */
  private Stored valid(Stored a, Stored b) {
    boolean first = a.sequence() > b.sequence();
    Stored later = first ? a : b;
    Stored earlier = first ? b : a;
    return reader().payload(later) == null ? earlier : later;
  }

  private ColumnReader reader() {
    return new ColumnReader(
        format, file, new ColumnTable(key, origin, Map.of(), size, unreadable, false));
  }

  /** The header at a place, if it is whole, of this column, and its payload is within the file. */
  private @Nullable RecordHeader headerAt(long at) {
    ByteBuffer bytes = ByteBuffer.allocate(RecordFormat.HEADER_BYTES);
    if (!read(bytes, at) || bytes.hasRemaining()) {
      return null;
    }
    RecordHeader header = decode(bytes.flip());
    boolean whole = header != null && header.key().equals(key) && at + header.length() <= size;
    return whole ? header : null;
  }

  private @Nullable RecordHeader decode(ByteBuffer bytes) {
    try {
      return format.decode(bytes);
    } catch (ShardStoreException e) {
      throw new ShardStoreException(e.error(), "%s: %s".formatted(key, e.getMessage()), e);
    }
  }

  /** The place of the next header at or behind {@code from}, or -1. */
  private long resync(long from) {
    ByteBuffer window = ByteBuffer.allocate(WINDOW).order(ByteOrder.LITTLE_ENDIAN);
    long at = from;
    while (at + RecordFormat.HEADER_BYTES <= size) {
      fill(window, at);
      for (int i = 0; i + Long.BYTES <= window.limit(); i++) {
        if (window.getLong(i) == RecordFormat.MAGIC && headerAt(at + i) != null) {
          return at + i;
        }
      }
      at = window.hasRemaining() ? at + window.limit() - Long.BYTES + 1 : sectorBehind(at);
    }
    return -1;
  }

  /** Fills the window, up to the sector's end if the rest cannot be read, or not at all. */
  private void fill(ByteBuffer window, long at) {
    window.clear();
    if (!read(window, at)) {
      window.clear().limit((int) (sectorBehind(at) - at) + Long.BYTES - 1);
      if (!read(window, at)) {
        window.position(0);
      }
    }
    window.flip();
  }

  private boolean read(ByteBuffer target, long at) {
    try {
      file.read(target, at);
      return true;
    } catch (IOException e) {
      log.warn("read of {} at {}", key, at, e);
      readFailed = true;
      return false;
    }
  }

  private static long sectorBehind(long at) {
    return (at / SECTOR + 1) * SECTOR;
  }
}
