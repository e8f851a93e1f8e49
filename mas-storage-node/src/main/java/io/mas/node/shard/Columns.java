package io.mas.node.shard;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.Page;
import io.mas.common.protocol.StoredColumn;
import io.mas.node.disk.Disk;
import io.mas.node.disk.DiskFile;
import io.mas.node.disk.DiskThreads;
import io.mas.node.disk.DurableFiles;
import io.mas.node.disk.ForceFailedException;
import io.mas.node.shard.ShardStore.Origin;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The columns of a volume, one file each. Whoever changes a column, or reads its table from the
 * file, holds its stripe; whoever finds the table in the cache needs no lock, for tables are
 * immutable and hold only what is forced. Stripes come before the lock of the sequence. Runs on
 * disk threads.
 */
final class Columns {
  private static final Logger log = LoggerFactory.getLogger(Columns.class);

  private final DurableFiles files;
  private final Disk disk;
  private final LogSequence sequence;
  private final RecordFormat format;
  private final Stripes stripes = new Stripes();
  private final Cache<ShardKey, ColumnTable> tables;

  Columns(DurableFiles files, LogSequence sequence, RecordFormat format, int cachedBlocks) {
    this.files = files;
    this.disk = files.disk();
    this.sequence = sequence;
    this.format = format;
    this.tables =
        Caffeine.newBuilder()
            .maximumWeight(cachedBlocks)
            .weigher((ShardKey _, ColumnTable table) -> 1 + table.blocks().size())
            .executor(Runnable::run)
            .build();
  }

  void put(ShardKey key, Origin origin, List<BlockShard> blocks) throws IOException {
    ReentrantLock lock = stripes.of(key);
    lock.lock();
    try (DiskFile file = files.open(ColumnNames.path(key))) {
      if (file == null) {
        tables.invalidate(key);
        create(key, origin, blocks);
      } else {
        ColumnTable table = lockedTable(key, file);
        List<BlockShard> missing = missing(new ColumnReader(format, file, table), origin, blocks);
        if (!missing.isEmpty()) {
          append(file, table, origin, missing);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void create(ShardKey key, Origin origin, List<BlockShard> blocks) throws IOException {
    var records = new Records(ColumnTable.none(key), origin, sequence.take(blocks.size()));
    files.replace(ColumnNames.path(key), file -> records.write(file, blocks));
    done(records);
  }

  private void append(DiskFile file, ColumnTable table, Origin origin, List<BlockShard> blocks)
      throws IOException {
    var records = new Records(table, origin, sequence.take(blocks.size()));
    String path = ColumnNames.path(table.key());
    cutTail(file, table);
    try {
      records.write(file, blocks);
    } catch (IOException e) {
      cutAfter(e, file, table);
      throw e;
    }
    files.force(file, path);
    if (!table.directoryForced()) {
      files.forceDirectory(path.substring(0, path.lastIndexOf('/')));
    }
    files.requireSound(path);
    done(records);
  }

  private void done(Records records) {
    tables.put(records.table.key(), records.result());
    sequence.forced(records.last());
  }

  /** What a crash or a failure has left behind the last record goes; it was never acknowledged. */
  private static void cutTail(DiskFile file, ColumnTable table) throws IOException {
    if (file.size() > table.end()) {
      file.truncate(table.end());
    }
  }

  private static void cutAfter(IOException failure, DiskFile file, ColumnTable table) {
    try {
      cutTail(file, table);
    } catch (IOException e) {
      failure.addSuppressed(e); // the next append cuts it
    }
  }

  /** The blocks that have to be written: not there, rotted, or not seen forced by this process. */
  private static List<BlockShard> missing(
      ColumnReader reader, Origin origin, List<BlockShard> blocks) {
    ColumnTable table = reader.table();
    if (table.origin() != null && !table.origin().equals(origin)) {
      throw otherBytes(table.key() + " is stored for " + table.origin() + ", not for " + origin);
    }
    List<BlockShard> missing = new ArrayList<>();
    for (BlockShard block : blocks) {
      ColumnTable.Stored stored = table.blocks().get(block.block());
      if (stored == null || !sameAndWhole(reader, stored, block) || !stored.forced()) {
        missing.add(block);
      }
    }
    return missing;
  }

  /** Whether the block is stored and whole; refuses if it is stored with other bytes. */
  private static boolean sameAndWhole(
      ColumnReader reader, ColumnTable.Stored stored, BlockShard block) {
    var payload = reader.payload(stored);
    boolean same =
        stored.frame().equals(block.frame())
            && (payload == null || payload.equals(block.payload()));
    if (!same) {
      throw otherBytes(
          "block %d of %s is stored as %s, not as %s"
              .formatted(block.block(), reader.table().key(), stored.frame(), block.frame()));
    }
    return payload != null;
  }

  private static ShardStoreException otherBytes(String message) {
    return new ShardStoreException(NodeError.OTHER_BYTES, message);
  }

  ShardRead read(ShardKey key, int from, int count, DiskThreads threads) throws IOException {
    try {
      return readable(key, from, count, threads);
    } catch (IOException e) {
      if (!diskReads(e)) {
        throw e;
      }
      log.warn("{} cannot be opened", key, e);
      return new UnreadableColumn(from, count);
    }
  }

  /**
   * What befalls one file is damage, and rebuilt elsewhere; if the disk fails, or the process has
   * no descriptor free, nothing is known of the column.
   */
  private boolean diskReads(IOException failure) {
    try (DiskFile other = disk.openPastCache(LogSequence.PATH)) {
      return other != null && other.read(ByteBuffer.allocate(1), 0) == 1;
    } catch (IOException e) {
      failure.addSuppressed(e);
      return false;
    }
  }

  private ColumnRange readable(ShardKey key, int from, int count, DiskThreads threads)
      throws IOException {
    ColumnRange range = open(key, from, count, threads);
    if (range.anyDamaged()) {
      // Damage is evidence, so it is looked at once more, with nothing believed from before.
      range.close();
      tables.invalidate(key);
      range = open(key, from, count, threads);
      if (range.anyDamaged()) {
        log.warn("damage in {}, blocks {} to {}", key, from, from + count - 1);
      }
    }
    return range;
  }

  private ColumnRange open(ShardKey key, int from, int count, DiskThreads threads)
      throws IOException {
    ColumnReader reader = reader(key);
    try {
      return new ColumnRange(reader, threads, from, count);
    } catch (RuntimeException e) {
      reader.file().close();
      throw e;
    }
  }

  private ColumnReader reader(ShardKey key) throws IOException {
    ColumnReader cached = reader(key, this::cached);
    if (cached != null) {
      return cached;
    }
    ReentrantLock lock = stripes.of(key);
    lock.lock();
    try {
      // Opened again: of a file that was deleted meanwhile no table may be kept, since the next
      // append to one that has its name would be cut to that.
      return requireNonNull(reader(key, this::lockedTable));
    } finally {
      lock.unlock();
    }
  }

  /** Finds the table of an open column. */
  @FunctionalInterface
  private interface Tables {
    @Nullable ColumnTable of(ShardKey key, DiskFile file) throws IOException;
  }

  private @Nullable ColumnReader reader(ShardKey key, Tables of) throws IOException {
    DiskFile file = existing(key);
    boolean used = false;
    try {
      ColumnTable table = of.of(key, file);
      used = table != null;
      return table == null ? null : new ColumnReader(format, file, table);
    } finally {
      if (!used) {
        file.close();
      }
    }
  }

  private DiskFile existing(ShardKey key) throws IOException {
    DiskFile file = disk.openToRead(ColumnNames.path(key));
    if (file == null) {
      tables.invalidate(key);
      LogSequence.requireThere(disk);
      throw new ShardStoreException(NodeError.NOT_FOUND, "there is no column " + key);
    }
    return file;
  }

  private @Nullable ColumnTable cached(ShardKey key, DiskFile file) throws IOException {
    ColumnTable cached = tables.getIfPresent(key);
    return cached != null && cached.end() <= file.size() ? cached : null;
  }

  private ColumnTable lockedTable(ShardKey key, DiskFile file) throws IOException {
    ColumnTable cached = cached(key, file);
    if (cached != null) {
      return cached;
    }
    ColumnTable table = ColumnScan.scan(format, file, key);
    tables.put(key, table);
    return table;
  }

  Verification verify(ShardKey key) throws IOException {
    try (DiskFile file = existing(key)) {
      return new ColumnReader(format, file, freshTable(key, file)).verify();
    }
  }

  private ColumnTable freshTable(ShardKey key, DiskFile file) throws IOException {
    ReentrantLock lock = stripes.of(key);
    lock.lock();
    try {
      return ColumnScan.scan(format, file, key);
    } finally {
      lock.unlock();
    }
  }

  void delete(ShardKey key) throws IOException {
    String path = ColumnNames.path(key);
    ReentrantLock lock = stripes.of(key);
    lock.lock();
    try {
      tables.invalidate(key);
      files.delete(path);
    } catch (ForceFailedException e) {
      throw new ShardStoreException(NodeError.IO_ERROR, "delete of " + key + ": " + e, e);
    } finally {
      lock.unlock();
    }
  }

  Page<StoredColumn> inventory(String cursor, int limit) throws IOException {
    List<String> paths = FanOut.page(disk, ColumnNames.ROOT, cursor, limit);
    List<StoredColumn> rows = new ArrayList<>();
    Unreadable unreadable = new Unreadable();
    int unknown = 0;
    for (String path : paths) {
      ShardKey key = ColumnNames.parse(path.substring(path.lastIndexOf('/') + 1));
      StoredColumn row = key == null ? null : unreadable.unless(path, () -> row(key, path));
      unknown += key == null ? 1 : 0;
      if (row != null) {
        rows.add(row);
      }
    }
    unreadable.refuseAll(paths.size());
    int leftOut = unknown + unreadable.count();
    return new Page<>(rows, leftOut, paths.size() < limit ? null : paths.getLast());
  }

  private @Nullable StoredColumn row(ShardKey key, String path) throws IOException {
    try (DiskFile file = disk.openToRead(ColumnNames.ROOT + "/" + path)) {
      return file == null ? null : row(key, file);
    }
  }

  /** Costs one read of a header at the most, however large the column is. */
  private StoredColumn row(ShardKey key, DiskFile file) throws IOException {
    ColumnTable cached = tables.getIfPresent(key);
    Origin origin = cached == null ? null : cached.origin();
    if (origin == null) {
      origin = ColumnScan.origin(format, file, key);
    }
    return StoredColumn.of(
        key,
        file.size(),
        origin == null ? null : origin.hash(),
        origin == null ? null : origin.layout());
  }

  /** Records of one put, behind the end of a column. */
  private final class Records {
    private final ColumnTable table;
    private final Origin origin;
    private final Map<Integer, ColumnTable.Stored> written = new TreeMap<>();
    private long number;
    private long end;

    Records(ColumnTable table, Origin origin, long firstNumber) {
      this.table = table;
      this.origin = origin;
      this.number = firstNumber;
      this.end = table.end();
    }

    void write(DiskFile file, List<BlockShard> blocks) throws IOException {
      for (BlockShard block : blocks) {
        RecordHeader header = new RecordHeader(number, table.key(), origin, block.frame());
        file.write(format.encode(header), end);
        file.write(block.payload().duplicate(), end + RecordFormat.HEADER_BYTES);
        written.put(block.block(), new ColumnTable.Stored(end, number, block.frame(), true));
        number++;
        end += header.length();
      }
    }

    ColumnTable result() {
      return table.with(origin, written, end);
    }

    long last() {
      return number - 1;
    }
  }
}
