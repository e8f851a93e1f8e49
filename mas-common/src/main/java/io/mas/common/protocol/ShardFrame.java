package io.mas.common.protocol;

import io.mas.common.object.BlockEntry;
import io.mas.common.object.Compression;
import io.mas.common.object.Layout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The header in front of one block's shard in the body of a PUT or GET, little-endian, {@value
 * #BYTES} bytes; the payload follows at once.
 *
 * <pre>
 *  0  magic "MSF1"      4  block number       8  raw length       12  stored length
 * 16  compression (1)  17  status (1)        18  zero (2)         20  CRC32C of the raw block
 * 24  payload length   28  payload CRC32C
 * </pre>
 *
 * <p>The magic changes with the format, and the format only with the protocol's version.
 *
 * <p>In a PUT the status is always {@link Status#OK}. In a GET a block that the node cannot give
 * has another status, zeros in place of the entry, and no payload; {@link #entry} is then a
 * placeholder.
 *
 * @param block number of the block in its extent, from 0
 * @param status whether the payload follows
 * @param entry the block's row in the block table
 * @param payloadLength bytes of the shard that follow
 * @param payloadCrc CRC32C of the payload
 */
public record ShardFrame(
    int block, Status status, BlockEntry entry, int payloadLength, int payloadCrc) {
  /** Length of the header. */
  public static final int BYTES = 32;

  private static final int MAGIC = 0x3146534d; // "MSF1" in little-endian order
  private static final BlockEntry NOTHING = new BlockEntry(1, 1, Compression.RAW, 0);

  /** What became of the block; the number is format. */
  public enum Status {
    /** The payload follows. */
    OK(0),
    /** The node has the block, but its bytes are damaged. */
    DAMAGED(1),
    /** The node has the column, but not this block. */
    ABSENT(2);

    private final int number;

    Status(int number) {
      this.number = number;
    }

    private static Status of(int number) {
      return switch (number) {
        case 0 -> OK;
        case 1 -> DAMAGED;
        case 2 -> ABSENT;
        default ->
            throw new IllegalArgumentException(
                "status %d of a shard frame, expected 0 to 2".formatted(number));
      };
    }
  }

  public ShardFrame {
    if (block < 0) {
      throw new IllegalArgumentException("block number " + block + ", expected 0 or more");
    }
    if (payloadLength < 0 || payloadLength > Layout.MAX_BLOCK_SIZE) {
      throw new IllegalArgumentException(
          "payload of %d bytes, expected 0 to %d".formatted(payloadLength, Layout.MAX_BLOCK_SIZE));
    }
  }

  /** A frame whose payload follows. */
  public static ShardFrame ok(int block, BlockEntry entry, int payloadLength, int payloadCrc) {
    return new ShardFrame(block, Status.OK, entry, payloadLength, payloadCrc);
  }

  /** A frame that says why there is no payload. */
  public static ShardFrame without(int block, Status status) {
    return new ShardFrame(block, status, NOTHING, 0, 0);
  }

  /** Appends the {@value #BYTES} bytes of the header to {@code out}. */
  public void writeTo(ByteBuffer out) {
    boolean ok = status == Status.OK;
    ByteBuffer b = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    b.putInt(MAGIC).putInt(block);
    b.putInt(ok ? entry.rawLength() : 0).putInt(ok ? entry.storedLength() : 0);
    b.put((byte) entry.compression().number()).put((byte) status.number).putShort((short) 0);
    b.putInt(entry.crc()).putInt(payloadLength).putInt(payloadCrc);
    out.put(b.flip());
  }

  /**
   * Reads {@value #BYTES} bytes.
   *
   * @throws IllegalArgumentException if they are not a frame header
   */
  public static ShardFrame readFrom(ByteBuffer in) {
    byte[] bytes = new byte[BYTES];
    in.get(bytes);
    ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (b.getInt(0) != MAGIC) {
      throw new IllegalArgumentException(
          "not a shard frame of format 1: magic %08x, expected %08x".formatted(b.getInt(0), MAGIC));
    }
    Status status = Status.of(b.get(17));
    if (status != Status.OK) {
      return without(b.getInt(4), status);
    }
    BlockEntry entry =
        new BlockEntry(b.getInt(8), b.getInt(12), Compression.of(b.get(16)), b.getInt(20));
    return ok(b.getInt(4), entry, b.getInt(24), b.getInt(28));
  }
}
