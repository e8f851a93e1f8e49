package io.mas.node.shard;

import io.mas.common.object.ShardKey;
import io.mas.common.protocol.ShardFrame;
import io.mas.node.shard.ShardStore.Origin;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which blocks a column's file holds, and where.
 *
 * @param key the column
 * @param origin what its records say, or null if none could be read
 * @param blocks by block number
 * @param end where the last record ends; what follows is a torn tail, and may be cut
 * @param unreadableBytes bytes before the end that belong to no record
 * @param directoryForced whether this process has forced the file's name
 */
record ColumnTable(
    ShardKey key,
    @Nullable Origin origin,
    Map<Integer, Stored> blocks,
    long end,
    long unreadableBytes,
    boolean directoryForced) {

  /**
   * A record.
   *
   * @param offset of its header in the file
   * @param sequence its sequence number
   * @param frame what it says of its block
   * @param forced whether this process has forced it
   */
  record Stored(long offset, long sequence, ShardFrame frame, boolean forced) {}

  ColumnTable {
    blocks = Map.copyOf(blocks);
  }

  /** The table of a column that has no file yet. */
  static ColumnTable none(ShardKey key) {
    return new ColumnTable(key, null, Map.of(), 0, 0, false);
  }

  /** The table after records were appended and forced, and the file's name too. */
  ColumnTable with(Origin of, Map<Integer, Stored> appended, long newEnd) {
    Map<Integer, Stored> all = new TreeMap<>(blocks);
    all.putAll(appended);
    return new ColumnTable(key, of, all, newEnd, unreadableBytes, true);
  }

  /** What the record of a stored block must say. */
  @Nullable RecordHeader expected(Stored stored) {
    return origin == null ? null : new RecordHeader(stored.sequence(), key, origin, stored.frame());
  }
}
