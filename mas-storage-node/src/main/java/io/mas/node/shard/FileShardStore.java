package io.mas.node.shard;

import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.CommitSummary;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.Page;
import io.mas.common.protocol.StoredColumn;
import io.mas.node.disk.Ballast;
import io.mas.node.disk.DiskSpace;
import io.mas.node.disk.DiskThreads;
import io.mas.node.disk.DurableFiles;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * A store with one file for each shard column. Opening it takes no longer when there are more
 * columns: their block tables are read when they are first needed.
 */
public final class FileShardStore implements ShardStore {
  private final DurableFiles files;
  private final DiskThreads threads;
  private final long reserveBytes;
  private final LogSequence sequence;
  private final Columns columns;
  private final CommitFiles commits;

  private FileShardStore(
      DurableFiles files, DiskThreads threads, StoreSettings settings, LogSequence sequence) {
    VolumeId volume = VolumeId.of(settings.clusterId(), settings.nodeId());
    this.files = files;
    this.threads = threads;
    this.reserveBytes = settings.reserveBytes();
    this.sequence = sequence;
    this.columns = new Columns(files, sequence, new RecordFormat(volume), settings.cachedBlocks());
    this.commits = new CommitFiles(files, volume);
  }

  /**
   * Opens the store of a volume, and begins it if there is none.
   *
   * @param threads for all file I/O; the caller closes them after the store
   * @throws ShardStoreException if the volume cannot be used
   */
  public static FileShardStore open(
      DurableFiles files, DiskThreads threads, StoreSettings settings) {
    return io(
        threads,
        "opening the store",
        () -> {
          files.prepare();
          LogSequence sequence = LogSequence.open(files);
          new Ballast(files).fill();
          return new FileShardStore(files, threads, settings, sequence);
        });
  }

  @Override
  public void put(ShardKey key, Origin origin, List<BlockShard> blocks) {
    requirePut(key, origin.layout(), blocks);
    io(
        "put of " + key,
        () -> {
          long bytes = blocks.stream().mapToLong(b -> b.frame().payloadLength()).sum();
          requireSpace(bytes + (long) blocks.size() * RecordFormat.HEADER_BYTES);
          columns.put(key, origin, blocks);
          return true;
        });
  }

  private static void requirePut(ShardKey key, Layout layout, List<BlockShard> blocks) {
    long bytes = 0;
    for (BlockShard block : blocks) {
      require(block.block() < MAX_BLOCKS, "block " + block.block() + " of at most " + MAX_BLOCKS);
      bytes += block.frame().payloadLength();
    }
    long distinct = blocks.stream().mapToInt(BlockShard::block).distinct().count();
    require(distinct == blocks.size(), "a block twice in one put");
    require(
        !blocks.isEmpty() && blocks.size() <= MAX_PUT_BLOCKS && bytes <= MAX_PUT_BYTES,
        "put of %d blocks and %d bytes, expected 1 to %d and at most %d"
            .formatted(blocks.size(), bytes, MAX_PUT_BLOCKS, MAX_PUT_BYTES));
    require(key.shard() < layout.width(), "shard " + key.shard() + " of " + layout.width());
  }

  private static void require(boolean right, String message) {
    if (!right) {
      throw new ShardStoreException(NodeError.BAD_REQUEST, message);
    }
  }

  private void requireWritable() {
    if (files.failed()) {
      throw new ShardStoreException(
          NodeError.READ_ONLY,
          "a force has failed: the volume takes no writes until the node is started again");
    }
  }

  private void requireSpace(long bytes) throws IOException {
    requireWritable();
    long free = files.disk().space().freeBytes() - reserveBytes;
    if (free < bytes) {
      throw new ShardStoreException(
          NodeError.FULL,
          "%d bytes to store, %d are free beside the reserve of %d"
              .formatted(bytes, Math.max(0, free), reserveBytes));
    }
  }

  @Override
  public ShardRead read(ShardKey key, int from, int count) {
    require(
        from >= 0 && count >= 1 && from + (long) count <= MAX_BLOCKS,
        "%d blocks from %d, expected a range within %d".formatted(count, from, MAX_BLOCKS));
    return io("read of " + key, () -> columns.read(key, from, count, threads));
  }

  @Override
  public void inBackground(Use use) throws IOException {
    threads.inBackground(
        () -> {
          use.run();
          return true;
        });
  }

  @Override
  public void delete(ShardKey key) {
    io(
        "delete of " + key,
        () -> {
          columns.delete(key);
          return true;
        });
  }

  @Override
  public Verification verify(ShardKey key) {
    return io("verify of " + key, () -> columns.verify(key));
  }

  @Override
  public Page<StoredColumn> inventory(String cursor, int limit) {
    return listed("inventory", () -> columns.inventory(cursor, limit));
  }

  @Override
  public void putCommit(CommitRecord commit) {
    require(commit.version() >= 0, "version " + commit.version() + ", expected 0 or more");
    io(
        "commit record of " + commit.hash(),
        () -> {
          if (commit.state() == CommitRecord.State.DELETED) {
            requireWritable(); // whoever makes room deletes; the reserve is for that
          } else {
            requireSpace(0);
          }
          commits.put(commit);
          return true;
        });
  }

  @Override
  public Page<CommitRecord> commits(String cursor, int limit) {
    return listed("commit records", () -> commits.page(cursor, limit));
  }

  @Override
  public Page<CommitSummary> commits(ObjectHash file, long above) {
    require(above >= 0, "version " + above + ", expected 0 or more");
    return listed("commit records of " + file, () -> commits.of(file, above, MAX_PAGE));
  }

  private <T> Page<T> listed(String what, Callable<Page<T>> task) {
    return io(
        what,
        () -> {
          Page<T> page = task.call();
          LogSequence.requireThere(files.disk());
          return page;
        });
  }

  @Override
  public StoreStatus status() {
    return io(
        "status",
        () -> {
          DiskSpace space = files.disk().space();
          return new StoreStatus(
              space.capacityBytes(),
              files.full() ? 0 : Math.max(0, space.freeBytes() - reserveBytes),
              !files.failed(),
              sequence.lastForced(),
              files.forces());
        });
  }

  @Override
  public long checkpoint() {
    return io("checkpoint", sequence::checkpoint);
  }

  @Override
  public void close() {
    checkpoint();
  }

  private <T> T io(String what, Callable<T> task) {
    return io(threads, what, task);
  }

  private static <T> T io(DiskThreads threads, String what, Callable<T> task) {
    try {
      return threads.call(task);
    } catch (IOException e) {
      throw ShardStoreException.of(what, e);
    }
  }
}
