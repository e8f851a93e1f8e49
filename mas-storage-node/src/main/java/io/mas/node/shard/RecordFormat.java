package io.mas.node.shard;

import io.mas.common.object.BlockEntry;
import io.mas.common.object.Compression;
import io.mas.common.object.ExtentId;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.ShardFrame;
import io.mas.node.shard.ShardStore.Origin;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Reads and writes the header of a shard record; the package's description has the diagram. */
final class RecordFormat {
  static final int HEADER_BYTES = 160;

  /** As the first bytes of a record, little-endian. */
  static final long MAGIC = 0x1a0a0d5253414d89L;

  private static final short VERSION = 1;
  private static final int CHECKSUM_AT = 156;

  private final VolumeId volume;

  RecordFormat(VolumeId volume) {
    this.volume = volume;
  }

  /** The header's bytes, ready to be written. */
  ByteBuffer encode(RecordHeader header) {
    ByteBuffer b = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    ShardFrame frame = header.frame();
    b.putLong(MAGIC).putShort(VERSION).putShort((short) 0).putInt(frame.block());
    b.put(volume.cluster().duplicate()).put(volume.node().duplicate());
    b.putLong(header.sequence()).put(header.origin().hash().bytes());
    putKey(b, header.key(), header.origin().layout());
    BlockEntry entry = frame.entry();
    b.putInt(entry.rawLength()).putInt(entry.storedLength()).putInt(entry.crc());
    b.putInt(frame.payloadLength()).putInt(frame.payloadCrc());
    b.put((byte) entry.compression().number());
    b.putInt(CHECKSUM_AT, crc(b.slice(0, CHECKSUM_AT)));
    return b.clear();
  }

  private static void putKey(ByteBuffer b, ShardKey key, Layout layout) {
    b.putLong(Long.reverseBytes(key.extent().part().high()));
    b.putLong(Long.reverseBytes(key.extent().part().low()));
    b.putInt(key.extent().ordinal());
    b.put((byte) key.shard()).put((byte) layout.k()).put((byte) layout.m());
    b.put((byte) layout.codec()).putLong(key.attempt()).putInt(layout.blockSize());
  }

  /**
   * Reads {@value #HEADER_BYTES} bytes from the position of {@code in}.
   *
   * @return null if they are not a whole header of this volume
   * @throws ShardStoreException if they are a whole header of this volume that this build does not
   *     understand
   */
  @Nullable RecordHeader decode(ByteBuffer in) {
    ByteBuffer b = in.slice(in.position(), HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    if (b.getLong(0) != MAGIC || b.getInt(CHECKSUM_AT) != crc(b.slice(0, CHECKSUM_AT))) {
      return null;
    }
    boolean ours =
        b.slice(16, VolumeId.BYTES).equals(volume.cluster())
            && b.slice(32, VolumeId.BYTES).equals(volume.node());
    if (!ours) {
      return null;
    }
    if (b.getShort(8) != VERSION) {
      throw unknown("a record of format %d".formatted(b.getShort(8)), null);
    }
    try {
      return read(b);
    } catch (IllegalArgumentException e) {
      throw unknown("a record of format %d with %s".formatted(VERSION, e.getMessage()), e);
    }
  }

  /** What is whole and ours was written by another build, and is no damage to be mended. */
  private static ShardStoreException unknown(String what, @Nullable Throwable cause) {
    return new ShardStoreException(
        NodeError.IO_ERROR,
        "%s, this build knows format %d: start the build that wrote it".formatted(what, VERSION),
        cause);
  }

  private static RecordHeader read(ByteBuffer b) {
    byte[] hash = new byte[32];
    b.get(56, hash);
    PartId part = new PartId(Long.reverseBytes(b.getLong(88)), Long.reverseBytes(b.getLong(96)));
    ShardKey key = new ShardKey(new ExtentId(part, b.getInt(104)), b.get(108), b.getLong(112));
    Layout layout = new Layout(b.get(109), b.get(110), b.getInt(120), b.get(111));
    BlockEntry entry =
        new BlockEntry(b.getInt(124), b.getInt(128), Compression.of(b.get(144)), b.getInt(132));
    ShardFrame frame = ShardFrame.ok(b.getInt(12), entry, b.getInt(136), b.getInt(140));
    return new RecordHeader(b.getLong(48), key, new Origin(ObjectHash.of(hash), layout), frame);
  }

  /** CRC32C of the bytes from position to limit. */
  static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }
}
