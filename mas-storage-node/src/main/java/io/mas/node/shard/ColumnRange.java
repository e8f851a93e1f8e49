package io.mas.node.shard;

import io.mas.common.protocol.InternalApi;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.ShardFrame;
import io.mas.common.protocol.ShardFrame.Status;
import io.mas.node.disk.DiskThreads;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A range of an open column. The first pass finds out which blocks are right; a small range stays
 * in memory from then on, a large one is read and compared again block by block.
 */
final class ColumnRange implements ShardRead {
  private final ColumnReader reader;
  private final DiskThreads threads;
  private final List<ShardFrame> frames = new ArrayList<>();
  private final List<ByteBuffer> kept = new ArrayList<>();

  /** Makes the first pass; runs on a disk thread. */
  ColumnRange(ColumnReader reader, DiskThreads threads, int from, int count) {
    this.reader = reader;
    this.threads = threads;
    boolean keep = true;
    long bytes = 0;
    for (int block = from; block < from + count; block++) {
      ByteBuffer payload = reader.payload(block);
      frames.add(payload == null ? reader.without(block) : frameOf(block));
      bytes += payload == null ? 0 : payload.remaining();
      keep = keep && bytes <= InternalApi.READ_AT_ONCE_BYTES;
      if (keep) {
        kept.add(payload == null ? ByteBuffer.allocate(0) : payload);
      }
    }
  }

  private ShardFrame frameOf(int block) {
    ColumnTable.Stored stored = reader.table().blocks().get(block);
    return stored == null ? reader.without(block) : stored.frame();
  }

  boolean anyDamaged() {
    return frames.stream().anyMatch(frame -> frame.status() == Status.DAMAGED);
  }

  @Override
  public List<ShardFrame> frames() {
    return List.copyOf(frames);
  }

  @Override
  public ByteBuffer payload(int index) {
    return index < kept.size() ? kept.get(index).duplicate() : again(frames.get(index).block());
  }

  private ByteBuffer again(int block) {
    String what = "block %d of %s".formatted(block, reader.table().key());
    try {
      ByteBuffer payload = threads.call(() -> reader.payload(block));
      if (payload == null) {
        throw new ShardStoreException(
            NodeError.IO_ERROR, what + " has been damaged since the answer was begun");
      }
      return payload;
    } catch (IOException e) {
      throw ShardStoreException.of(what, e);
    }
  }

  @Override
  public void close() {
    try {
      reader.file().close();
    } catch (IOException e) {
      throw ShardStoreException.of("closing " + reader.table().key(), e);
    }
  }
}
