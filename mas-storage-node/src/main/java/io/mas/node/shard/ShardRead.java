package io.mas.node.shard;

import io.mas.common.protocol.ShardFrame;
import java.nio.ByteBuffer;
import java.util.List;

/** A range of a column's blocks, being read. For one thread. */
public interface ShardRead extends AutoCloseable {

  /** One frame for each block asked for, in order. */
  List<ShardFrame> frames();

  /**
   * The payload of the {@code index}-th frame, whose status must be OK. At most this one payload is
   * in memory, or the whole range if it is small.
   *
   * @throws ShardStoreException {@code IO_ERROR} if its bytes have been damaged since the frame was
   *     made: wrong bytes are never given out
   */
  ByteBuffer payload(int index);

  @Override
  void close();
}
