package io.mas.node.shard;

import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.CommitSummary;
import io.mas.common.protocol.InternalApi;
import io.mas.common.protocol.Page;
import io.mas.common.protocol.StoredColumn;
import java.io.IOException;
import java.util.List;

/**
 * The shards and commit records of one volume. Thread-safe; calls for different columns run in
 * parallel, up to a bound.
 *
 * <p>A <em>column</em> is one copy of one shard index of an extent, named by a {@link ShardKey}: up
 * to {@value #MAX_BLOCKS} blocks, which all have the file hash and the layout of the first put.
 * Attempts of the same shard lie side by side and know nothing of each other.
 *
 * <p>Every method throws {@link ShardStoreException}, whose {@link ShardStoreException#error} says
 * why; the contract below names them. {@code IO_ERROR} may come from every method, and says nothing
 * about what is stored. An interrupt of the caller has no effect.
 *
 * <p>After a failed force the volume is read-only until the process ends: puts are refused with
 * {@code READ_ONLY}, everything else goes on. A full volume refuses puts with {@code FULL} until
 * there is room again; everything else goes on.
 *
 * <p>Whoever wants one more method here: can it be built from these?
 */
public interface ShardStore extends AutoCloseable {
  /** Blocks of an extent, and so of a column. */
  int MAX_BLOCKS = 256;

  /** Blocks of one put. */
  int MAX_PUT_BLOCKS = InternalApi.MAX_PUT_BLOCKS;

  /** Payload bytes of one put. */
  int MAX_PUT_BYTES = InternalApi.MAX_PUT_BYTES;

  /** The most rows of a page of {@link #inventory} or {@link #commits}. */
  int MAX_PAGE = 1000;

  /**
   * Stores blocks of a column. When this returns they are forced, and survive any crash.
   *
   * <p>Each block is atomic, the put is not: after an exception or a crash any of its blocks may be
   * there, whole and right. May be repeated: a block that is stored with the same bytes and numbers
   * is verified, and appended again only where it has rotted, or where this process has not seen it
   * forced. The caller has compared each payload with its checksum.
   *
   * @throws ShardStoreException {@code OTHER_BYTES} if a block is stored with other bytes or
   *     numbers, or the column has another hash or layout: then nothing was stored; {@code
   *     BAD_REQUEST} if the blocks are none, too many, too long, or one twice; {@code READ_ONLY};
   *     {@code FULL}
   */
  void put(ShardKey key, Origin origin, List<BlockShard> blocks);

  /**
   * The file and the coding that a column belongs to.
   *
   * @param hash the file
   * @param layout of the extent
   */
  record Origin(ObjectHash hash, Layout layout) {}

  /**
   * Reads {@code count} blocks of a column from block {@code from} on, damaged and absent ones
   * included; the first pass over the bytes, which finds that out, is done when this returns. Sees
   * every put that had returned. Must be closed.
   *
   * @throws ShardStoreException {@code NOT_FOUND} if there is no such column; {@code NOT_READY} if
   *     the volume is gone; {@code BAD_REQUEST} if the range is not within 0 to {@value
   *     #MAX_BLOCKS}
   */
  ShardRead read(ShardKey key, int from, int count);

  /** Something that uses this store, and what it does with what it gets. */
  @FunctionalInterface
  interface Use {
    void run() throws IOException;
  }

  /**
   * Uses this store for nobody who waits: on a thread that leaves the processors to the others, and
   * so does all that is asked of this store there. Returns when it has ended.
   *
   * @throws IOException what the use threw, unchanged
   */
  void inBackground(Use use) throws IOException;

  /**
   * Deletes exactly one column, for good when this returns; no matter whether there is one. A read
   * that has begun goes on.
   */
  void delete(ShardKey key);

  /**
   * Reads all of a column past every cache but the kernel's, and compares its checksums.
   *
   * @throws ShardStoreException {@code NOT_FOUND} if there is no such column; {@code NOT_READY} if
   *     the volume is gone
   */
  Verification verify(ShardKey key);

  /**
   * A page of the columns that are stored, in an order that never changes. A column that is put or
   * deleted while the pages are read may be in them or not; every other one is, exactly once.
   *
   * @param cursor {@code ""} for the first page, then {@link Page#next} of the page before
   * @param limit rows wanted, 1 to {@value #MAX_PAGE}
   * @throws ShardStoreException {@code BAD_REQUEST} if the cursor or the limit is malformed; {@code
   *     NOT_READY} if the volume is gone
   */
  Page<StoredColumn> inventory(String cursor, int limit);

  /**
   * Stores a commit record; when this returns it survives any crash. Records of a file and version
   * with different parts, size, name or time lie side by side, for rivals prepare the same version.
   * Of equal ones the furthest state is kept, in the order PREPARED, COMMITTED: so a late repeat
   * changes nothing. One that is not merely PREPARED deletes its rivals that are, since they have
   * lost. Of one that is DELETED only hash, version and time are kept, and those before it go; of
   * several records of a file the one with the highest version counts. Atomic: after a crash it is
   * the former state or the new one.
   *
   * @throws ShardStoreException {@code READ_ONLY}; {@code FULL}
   */
  void putCommit(CommitRecord commit);

  /**
   * A page of the commit records, as {@link #inventory}. Damaged ones are left out and counted.
   *
   * @throws ShardStoreException {@code BAD_REQUEST} if the cursor or the limit is malformed; {@code
   *     NOT_READY} if the volume is gone
   */
  Page<CommitRecord> commits(String cursor, int limit);

  /**
   * What the commit records of one file say that are of a later version, at most {@link #MAX_PAGE},
   * the oldest first; damaged ones too. Where there is none, which is usual, no record is read.
   *
   * @param above the version that the caller knows
   * @return with a {@link Page#next} if there are more
   * @throws ShardStoreException {@code NOT_READY} if the volume is gone
   */
  Page<CommitSummary> commits(ObjectHash file, long above);

  /** The state of the volume; cheap. */
  StoreStatus status();

  /**
   * Makes the last forced sequence number known to the next start, and answers it; if that cannot
   * be, the one that is known. Only a number that this has answered may be announced: so no life of
   * the volume ever announces a lower one.
   */
  long checkpoint();

  /** Ends all use, after a last checkpoint. Nothing is lost by not closing. */
  @Override
  void close();
}
