package io.mas.api.metadata;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * Keys and values with atomic, durable updates of one document and its index entries. Thread-safe.
 *
 * <p>Each update holds the lock of its key from the read to the end of the forced write, so that a
 * condition still holds when the write is done; updates of different keys run together, and RocksDB
 * forces their log records in one go. The forced write itself runs on a few platform threads: it
 * takes milliseconds inside JNI, which would pin the carrier of the virtual thread that calls, and
 * there are only as many carriers as processors. Reads are answered from memory or the page cache
 * and run where they are called. The lock of the key bounds the queue before the writers.
 *
 * <p>Order of locks: life, then one stripe. Closing takes life alone, so that no call is in RocksDB
 * when its memory is freed.
 */
final class RocksDatabase implements AutoCloseable {
  /** A power of two; also the most writes that wait at once. */
  private static final int STRIPES = 256;

  /** Writers that share one force: 16 carry 15 times as many documents per second as one caller. */
  private static final int WRITERS = 16;

  private final RocksFiles files;
  private final RocksDB db;
  private final ReadOptions readOptions;
  private final WriteOptions synced;
  private final ReadWriteLock life = new ReentrantReadWriteLock();
  private final List<ReentrantLock> stripes =
      IntStream.range(0, STRIPES).mapToObj(i -> new ReentrantLock()).toList();
  private final ExecutorService writers =
      Executors.newFixedThreadPool(
          WRITERS, Thread.ofPlatform().daemon().name("metadata-write-", 0).factory());

  /** The first failed write. It is final: what reached the disk is unknown until a restart. */
  private final AtomicReference<@Nullable RocksDBException> failure = new AtomicReference<>();

  private boolean closed;

  RocksDatabase(Path directory) {
    this.files = RocksFiles.open(directory);
    this.db = files.db();
    this.readOptions = new ReadOptions();
    this.synced = new WriteOptions().setSync(true);
  }

  /** Decides on an update under the lock of the key. */
  @FunctionalInterface
  interface Update {
    /**
     * Puts into {@code batch} what is to be written.
     *
     * @param old the value, or null if there is none
     * @return false to write nothing, because the condition does not hold
     */
    boolean decide(byte @Nullable [] old, WriteBatch batch) throws RocksDBException;
  }

  /** Takes the entries of a range. */
  @FunctionalInterface
  interface Visitor {
    /** Returns false to end here. */
    boolean visit(RocksKey key, byte[] value);
  }

  /** The value of a key, or null. */
  byte @Nullable [] get(RocksKey key) {
    return alive(() -> read(key));
  }

  /** Visits the entries from {@code from} on whose keys begin with {@code prefix}, in order. */
  void scan(RocksKey prefix, RocksKey from, Visitor visitor) {
    alive(
        () -> {
          try (Slice end = new Slice(prefix.behind());
              ReadOptions options = new ReadOptions().setIterateUpperBound(end);
              RocksIterator entries = db.newIterator(options)) {
            entries.seek(from.bytes());
            while (entries.isValid()
                && visitor.visit(RocksKey.of(entries.key()), entries.value())) {
              entries.next();
            }
            entries.status();
            return true;
          } catch (RocksDBException e) {
            throw unreachable("could not be read", e);
          }
        });
  }

  /** Reads, decides and writes in one atomic, durable step. */
  WriteOutcome update(RocksKey key, Update update) {
    return alive(
        () -> {
          Lock stripe = stripes.get(key.stripe(STRIPES));
          stripe.lock();
          try {
            return updateLocked(key, update);
          } finally {
            stripe.unlock();
          }
        });
  }

  private WriteOutcome updateLocked(RocksKey key, Update update) {
    RocksDBException earlier = failure.get();
    if (earlier != null) {
      throw unreachable("takes no writes since one failed, until it is restarted", earlier);
    }
    try (WriteBatch batch = new WriteBatch()) {
      if (!update.decide(read(key), batch)) {
        return WriteOutcome.REFUSED;
      }
      // join: an interrupt must not release the stripe while the write is under way.
      return CompletableFuture.supplyAsync(() -> write(batch), writers).join();
    } catch (RocksDBException e) {
      throw unreachable("could not prepare a write", e);
    }
  }

  private WriteOutcome write(WriteBatch batch) {
    try {
      db.write(synced, batch);
      return WriteOutcome.APPLIED;
    } catch (RocksDBException e) {
      failure.compareAndSet(null, e);
      return WriteOutcome.UNKNOWN;
    }
  }

  private byte @Nullable [] read(RocksKey key) {
    try {
      return db.get(readOptions, key.bytes());
    } catch (RocksDBException e) {
      throw unreachable("could not be read", e);
    }
  }

  private <T extends @Nullable Object> T alive(Supplier<T> operation) {
    life.readLock().lock();
    try {
      if (closed) {
        throw unreachable("is closed", null);
      }
      return operation.get();
    } finally {
      life.readLock().unlock();
    }
  }

  private static MasException unreachable(String what, @Nullable Exception cause) {
    String reason = cause == null ? "" : " (" + cause.getMessage() + ")";
    return new MasException(
        ErrorCode.METADATA_UNREACHABLE, "the metadata database " + what + reason, cause);
  }

  /** Waits for the calls under way. Closing twice does nothing. */
  @Override
  public void close() {
    life.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        writers.shutdown();
        readOptions.close();
        synced.close();
        files.close();
      }
    } finally {
      life.writeLock().unlock();
    }
  }
}
