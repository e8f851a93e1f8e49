package io.mas.node.web;

import io.mas.common.object.Layout;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.ShardFrame;
import io.mas.node.shard.BlockShard;
import io.mas.node.shard.ShardStore;
import io.mas.node.shard.ShardStoreException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The frames in the body of a PUT, of which each must fit the layout, the one before, and its
 * checksum.
 */
final class FrameBody {
  /** The longest body: as many frames and bytes as a put may have. */
  static final int MAX_BYTES =
      ShardStore.MAX_PUT_BYTES + ShardStore.MAX_PUT_BLOCKS * ShardFrame.BYTES;

  private final InputStream in;
  private final Layout layout;
  private final List<BlockShard> blocks = new ArrayList<>();
  private int bytes;

  private FrameBody(InputStream in, Layout layout) {
    this.in = in;
    this.layout = layout;
  }

  /**
   * Reads a body to its end.
   *
   * @throws ShardStoreException {@code BAD_REQUEST} or {@code DAMAGED_IN_TRANSIT}
   */
  static List<BlockShard> read(InputStream in, Layout layout) throws IOException {
    FrameBody body = new FrameBody(in, layout);
    byte[] header = in.readNBytes(ShardFrame.BYTES);
    while (header.length > 0) {
      require(header.length == ShardFrame.BYTES, "the body ends within a frame's header");
      body.add(ShardFrame.readFrom(ByteBuffer.wrap(header)));
      header = in.readNBytes(ShardFrame.BYTES);
    }
    return body.blocks;
  }

  private void add(ShardFrame frame) throws IOException {
    requireFits(frame);
    byte[] payload = new byte[frame.payloadLength()]; // readNBytes(int) would make it of pieces
    int read = in.readNBytes(payload, 0, payload.length);
    require(read == payload.length, "the body ends within a frame's payload");
    requireUndamaged(frame, payload);
    bytes += payload.length;
    blocks.add(new BlockShard(frame, ByteBuffer.wrap(payload)));
  }

  private void requireFits(ShardFrame frame) {
    int length = layout.shardLength(frame.entry().storedLength());
    require(
        frame.status() == ShardFrame.Status.OK
            && frame.payloadLength() == length
            && frame.entry().rawLength() <= layout.blockSize(),
        "%s does not fit %s, where its shards have %d bytes".formatted(frame, layout, length));
    require(
        blocks.isEmpty() || frame.block() == blocks.getLast().block() + 1,
        "block %d, expected the one after the block before".formatted(frame.block()));
    require(
        blocks.size() < ShardStore.MAX_PUT_BLOCKS && bytes + length <= ShardStore.MAX_PUT_BYTES,
        "more than %d blocks or %d bytes in one put"
            .formatted(ShardStore.MAX_PUT_BLOCKS, ShardStore.MAX_PUT_BYTES));
  }

  private static void requireUndamaged(ShardFrame frame, byte[] payload) {
    CRC32C crc = new CRC32C();
    crc.update(payload);
    if ((int) crc.getValue() != frame.payloadCrc()) {
      throw new ShardStoreException(
          NodeError.DAMAGED_IN_TRANSIT,
          "block %d arrived with CRC32C %08x, sent with %08x"
              .formatted(frame.block(), (int) crc.getValue(), frame.payloadCrc()));
    }
  }

  private static void require(boolean right, String message) {
    if (!right) {
      throw new ShardStoreException(NodeError.BAD_REQUEST, message);
    }
  }
}
