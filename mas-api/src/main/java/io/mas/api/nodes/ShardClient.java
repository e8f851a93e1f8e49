package io.mas.api.nodes;

import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.ShardFrame;
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
   * Reads one block of a column into {@code into}, which has the shard's length.
   *
   * @return the frame: the bytes are there only if its status is OK, and not yet checked
   */
  ShardFrame get(Member node, ShardKey key, int block, MemorySegment into) throws NodeException;

  /** Deletes exactly this copy; success also if there is none. */
  void delete(Member node, ShardKey key) throws NodeException;

  /** Stores a commit record; when it returns, it is fsynced. */
  void putCommitRecord(Member node, CommitRecord record) throws NodeException;

  /** Asks who listens at an address. */
  NodeAnnouncement identify(URI address) throws NodeException;

  @Override
  void close();
}
