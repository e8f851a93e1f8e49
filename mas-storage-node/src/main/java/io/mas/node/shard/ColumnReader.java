package io.mas.node.shard;

import io.mas.common.protocol.ShardFrame;
import io.mas.common.protocol.ShardFrame.Status;
import io.mas.node.disk.DiskFile;
import io.mas.node.shard.ColumnTable.Stored;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads blocks of an open column: header and payload together, both compared with what the table
 * says, so that a stale or misdirected write is found too.
 */
final class ColumnReader {
  private static final Logger log = LoggerFactory.getLogger(ColumnReader.class);

  private final RecordFormat format;
  private final DiskFile file;
  private final ColumnTable table;

  ColumnReader(RecordFormat format, DiskFile file, ColumnTable table) {
    this.format = format;
    this.file = file;
    this.table = table;
  }

  ColumnTable table() {
    return table;
  }

  DiskFile file() {
    return file;
  }

  /** The frame of a block that has no payload to give: nothing there, or nothing readable. */
  ShardFrame without(int block) {
    boolean lost = table.blocks().containsKey(block) || table.unreadableBytes() > 0;
    return ShardFrame.without(block, lost ? Status.DAMAGED : Status.ABSENT);
  }

  /** The payload of a block, or null if it is absent or damaged. */
  @Nullable ByteBuffer payload(int block) {
    Stored stored = table.blocks().get(block);
    return stored == null ? null : payload(stored);
  }

  /** The payload of a stored block, or null if any byte of its record is damaged. */
  @Nullable ByteBuffer payload(Stored stored) {
    int length = RecordFormat.HEADER_BYTES + stored.frame().payloadLength();
    ByteBuffer record = ByteBuffer.allocate(length);
    try {
      if (file.read(record, stored.offset()) < length) {
        return null;
      }
    } catch (IOException e) {
      // A sector that cannot be read is damage of this block, not of the node.
      log.warn("read of block {} of {}", stored.frame().block(), table.key(), e);
      return null;
    }
    RecordHeader header = format.decode(record.flip());
    ByteBuffer payload = record.slice(RecordFormat.HEADER_BYTES, stored.frame().payloadLength());
    boolean right =
        header != null
            && header.equals(table.expected(stored))
            && RecordFormat.crc(payload) == stored.frame().payloadCrc();
    return right ? payload : null;
  }

  /** Compares all blocks of the column with their checksums. */
  Verification verify() {
    List<Integer> damaged = new ArrayList<>();
    for (Stored stored : table.blocks().values()) {
      if (payload(stored) == null) {
        damaged.add(stored.frame().block());
      }
    }
    damaged.sort(null);
    return new Verification(
        table.blocks().size() - damaged.size(), damaged, table.unreadableBytes());
  }
}
