package io.mas.node.shard;

import io.mas.common.object.ShardKey;
import io.mas.common.protocol.ShardFrame;
import io.mas.node.shard.ShardStore.Origin;

/**
 * What the header of a shard record says.
 *
 * @param sequence rises with every record of the volume
 * @param key the column
 * @param origin the file and the layout
 * @param frame the block, its row in the block table, and its payload
 */
record RecordHeader(long sequence, ShardKey key, Origin origin, ShardFrame frame) {
  /** Bytes of the whole record. */
  int length() {
    return RecordFormat.HEADER_BYTES + frame.payloadLength();
  }
}
