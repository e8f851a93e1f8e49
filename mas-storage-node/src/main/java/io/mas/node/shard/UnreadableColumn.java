package io.mas.node.shard;

import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.ShardFrame;
import io.mas.common.protocol.ShardFrame.Status;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Blocks of a column whose file is there and cannot be opened: damaged, all of them.
 *
 * @param from the first block
 * @param count how many
 */
record UnreadableColumn(int from, int count) implements ShardRead {
  @Override
  public List<ShardFrame> frames() {
    return IntStream.range(from, from + count)
        .mapToObj(block -> ShardFrame.without(block, Status.DAMAGED))
        .toList();
  }

  @Override
  public ByteBuffer payload(int index) {
    throw new ShardStoreException(
        NodeError.IO_ERROR, "block %d cannot be read".formatted(from + index));
  }

  @Override
  public void close() {
    // nothing was opened
  }
}
