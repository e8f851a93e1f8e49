package io.mas.node.shard;

import io.mas.common.protocol.ShardFrame;
import java.nio.ByteBuffer;

/**
 * One block's shard.
 *
 * @param frame what describes it; its status is OK
 * @param payload its bytes, from position to limit; never changed here
 */
public record BlockShard(ShardFrame frame, ByteBuffer payload) {
  public BlockShard {
    if (frame.status() != ShardFrame.Status.OK || frame.payloadLength() != payload.remaining()) {
      throw new IllegalArgumentException(
          "%s with %d bytes, expected status OK and as many bytes as it says"
              .formatted(frame, payload.remaining()));
    }
    payload = payload.slice();
  }

  /** Number of the block in its extent. */
  public int block() {
    return frame.block();
  }
}
