package io.mas.api.metadata;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;

/**
 * An open directory of RocksDB with all that must be closed after it. The sizes are small because
 * the database shares a process with a gateway and storage nodes: about 16 MiB of cache and 24 MiB
 * of write buffers.
 */
record RocksFiles(RocksDB db, List<AutoCloseable> resources) implements AutoCloseable {
  private static final long MIB = 1 << 20;
  private static final long CACHE = 16 * MIB;
  private static final long WRITE_BUFFER = 8 * MIB;

  /** Bounds the log that is replayed at start, and with it the time that a start takes. */
  private static final long WAL = 32 * MIB;

  /** RocksDB's default of 64 MiB for an SST file makes 64 files hold 4 GiB without reopening. */
  private static final int OPEN_FILES = 64;

  /** Bits per key of the Bloom filter: about 1 % of false positives. */
  private static final double BLOOM_BITS = 10;

  /**
   * Opens the directory, and makes it if there is none.
   *
   * @throws UnusableDirectoryException if that cannot be
   */
  static RocksFiles open(Path directory) {
    prepare(directory);
    RocksDB.loadLibrary();
    LRUCache cache = new LRUCache(CACHE);
    BloomFilter filter = new BloomFilter(BLOOM_BITS);
    Options options = options(cache, filter);
    List<AutoCloseable> resources = List.of(options, filter, cache);
    try {
      return new RocksFiles(RocksDB.open(options, directory.toString()), resources);
    } catch (RocksDBException e) {
      closeAll(resources);
      throw unusable(directory, e);
    }
  }

  private static Options options(LRUCache cache, BloomFilter filter) {
    return new Options()
        .setCreateIfMissing(true)
        .setTableFormatConfig(
            new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setFilterPolicy(filter)
                .setCacheIndexAndFilterBlocks(true))
        .setCompressionType(CompressionType.LZ4_COMPRESSION)
        .setWriteBufferSize(WRITE_BUFFER)
        .setMaxWriteBufferNumber(3)
        .setMaxTotalWalSize(WAL)
        .setMaxOpenFiles(OPEN_FILES)
        .setMaxBackgroundJobs(2)
        // A crash tears at most what was never acknowledged, in any order of pages: replay ends
        // at the first damaged record. Refusing to open instead would turn power cuts into outages.
        .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
        // A failed force is final (design.md, section 5): never resumed behind our back.
        .setMaxBgErrorResumeCount(0)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setMaxLogFileSize(MIB)
        .setKeepLogFileNum(2)
        .setStatsDumpPeriodSec(0)
        .setStatsPersistPeriodSec(0);
  }

  private static void prepare(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UnusableDirectoryException(
          directory, "cannot be made (%s)".formatted(e), "make it, or configure another one", e);
    }
    if (!Files.isWritable(directory)) {
      throw new UnusableDirectoryException(
          directory,
          "is not writable",
          "give the user that runs MAS the right to write there, or configure another one",
          null);
    }
  }

  private static UnusableDirectoryException unusable(Path directory, RocksDBException e) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("/LOCK") && message.contains("lock")) {
      return new UnusableDirectoryException(
          directory,
          "is already in use by another process",
          "stop that process, or configure another directory",
          e);
    }
    Status status = e.getStatus();
    if (status != null && status.getCode() == Status.Code.Corruption) {
      return new UnusableDirectoryException(
          directory,
          "is damaged (%s)".formatted(message),
          "restore it from a backup, or rebuild the metadata from the storage nodes",
          e);
    }
    return new UnusableDirectoryException(
        directory,
        "cannot be opened (%s)".formatted(message),
        "mend what the message says, or configure another directory",
        e);
  }

  @Override
  public void close() {
    db.close();
    closeAll(resources);
  }

  private static void closeAll(List<AutoCloseable> resources) {
    for (AutoCloseable resource : resources) {
      try {
        resource.close();
      } catch (Exception e) {
        throw new IllegalStateException("native memory of RocksDB could not be freed", e);
      }
    }
  }
}
