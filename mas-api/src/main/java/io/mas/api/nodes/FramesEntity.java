package io.mas.api.nodes;

import io.mas.common.protocol.ShardFrame;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;
import org.jspecify.annotations.Nullable;

/** The body of a PUT: frames and payloads, written from off-heap memory as often as asked for. */
final class FramesEntity extends AbstractHttpEntity {
  private static final int COPY_BYTES = 64 << 10;

  private final List<ShardClient.Payload> blocks;

  FramesEntity(List<ShardClient.Payload> blocks) {
    super(ContentType.APPLICATION_OCTET_STREAM, null);
    this.blocks = blocks;
  }

  /**
   * The checksum of the whole body, which is sent ahead of it: a pass of its own over the memory,
   * at 50 GB/s.
   */
  CRC32C crc() {
    CRC32C crc = new CRC32C();
    for (ShardClient.Payload block : blocks) {
      crc.update(header(block));
      crc.update(block.bytes().asByteBuffer());
    }
    return crc;
  }

  private static byte[] header(ShardClient.Payload block) {
    ByteBuffer header = ByteBuffer.allocate(ShardFrame.BYTES);
    block.frame().writeTo(header);
    return header.array();
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    byte[] copy = new byte[COPY_BYTES];
    for (ShardClient.Payload block : blocks) {
      out.write(header(block));
      MemorySegment bytes = block.bytes();
      for (long at = 0; at < bytes.byteSize(); at += copy.length) {
        int n = (int) Math.min(copy.length, bytes.byteSize() - at);
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, copy, 0, n);
        out.write(copy, 0, n);
      }
    }
  }

  @Override
  public long getContentLength() {
    return blocks.stream().mapToLong(b -> ShardFrame.BYTES + b.bytes().byteSize()).sum();
  }

  @Override
  public boolean isRepeatable() {
    return true;
  }

  @Override
  public boolean isStreaming() {
    return false;
  }

  @Override
  public @Nullable InputStream getContent() {
    return null; // only written, never read
  }

  @Override
  public void close() {}
}
