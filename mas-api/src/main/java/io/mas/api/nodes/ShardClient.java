package io.mas.api.nodes;

import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.CommitSummary;
import io.mas.common.protocol.Page;
import io.mas.common.protocol.Priority;
import io.mas.common.protocol.ShardFrame;
import io.mas.common.protocol.StoredColumn;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.util.List;

/**
 * The internal API of a storage node, as the gateway calls it. Every call blocks, has a deadline of
 * its own, may be repeated, and throws {@link NodeException}; interrupting the calling virtual
 * thread ends it. Thread-safe.
 */
public interface ShardClient extends AutoCloseable {

  /**
   * Which copy of which shard column.
   *
   * @param hash the file that the part is written for
   */
  record Column(ShardKey key, ObjectHash hash, Layout layout) {}

  /** A shard with its frame. */
  record Payload(ShardFrame frame, MemorySegment bytes) {}

  /** Appends consecutive blocks of a column; when it returns, they are fsynced. */
  void put(Member node, Column column, List<Payload> blocks) throws NodeException;

  /**
   * Reads consecutive blocks of a column.
   *
   * @param from number of the first
   * @param into for each block memory of its shard's length
   * @param priority beside what others want of the node
   * @return their frames: the bytes of a block are there only if the status of its frame is OK, and
   *     not yet checked
   */
  List<ShardFrame> get(
      Member node, ShardKey key, int from, List<MemorySegment> into, Priority priority)
      throws NodeException;

  /** Reads one block of a column for somebody who waits. */
  default ShardFrame get(Member node, ShardKey key, int block, MemorySegment into)
      throws NodeException {
    return get(node, key, block, List.of(into), Priority.NORMAL).getFirst();
  }

  /** Deletes exactly this copy; success also if there is none. */
  void delete(Member node, ShardKey key) throws NodeException;

  /** Stores a commit record; when it returns, it is fsynced. */
  void putCommitRecord(Member node, CommitRecord record) throws NodeException;

  /**
   * A page of the columns that a node holds, in an order of its own.
   *
   * @param cursor {@code ""} for the first page, then {@link Page#next} of the page before
   * @param limit rows wanted, 1 to 1000
   */
  Page<StoredColumn> inventory(Member node, String cursor, int limit) throws NodeException;

  /** A page of the commit records that a node holds, as {@link #inventory}; a node gives few. */
  Page<CommitRecord> commits(Member node, String cursor, int limit) throws NodeException;

  /**
   * What a node's commit records of one file say that are newer than a version, damaged ones too;
   * with a {@link Page#next} if there are more than it tells.
   */
  Page<CommitSummary> commits(Member node, ObjectHash file, long above) throws NodeException;

  /** Asks who listens at an address. */
  NodeAnnouncement identify(URI address) throws NodeException;

  @Override
  void close();
}
