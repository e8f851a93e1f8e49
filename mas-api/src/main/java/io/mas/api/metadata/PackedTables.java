package io.mas.api.metadata;

import io.mas.common.object.BlockEntry;
import io.mas.common.object.Compression;
import io.mas.common.object.PartId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The tables that a document holds as one string of bytes, because 10 000 rows as an array of
 * documents would be several times as large. Rows follow each other without a header, numbers are
 * big-endian; the form belongs to the document's format number.
 *
 * <pre>
 * parts   length:8  part id:16                                          24 bytes a row
 * blocks  raw length:4  stored length:4  compression:1  CRC32C of raw:4  13 bytes a row
 * ids     part id:16                                                    16 bytes a row
 * </pre>
 */
final class PackedTables {
  private static final int ID_ROW = 2 * Long.BYTES;
  private static final int PART_ROW = Long.BYTES + ID_ROW;
  private static final int BLOCK_ROW = 3 * Integer.BYTES + 1;

  private PackedTables() {}

  static byte[] parts(List<FileDocument.Part> parts) {
    ByteBuffer out = ByteBuffer.allocate(parts.size() * PART_ROW);
    for (FileDocument.Part part : parts) {
      put(out.putLong(part.length()), part.id());
    }
    return out.array();
  }

  static List<FileDocument.Part> parts(byte[] packed) {
    return rows("parts", PART_ROW, packed, in -> new FileDocument.Part(in.getLong(), id(in)));
  }

  static byte[] blocks(List<BlockEntry> blocks) {
    ByteBuffer out = ByteBuffer.allocate(blocks.size() * BLOCK_ROW);
    for (BlockEntry block : blocks) {
      out.putInt(block.rawLength())
          .putInt(block.storedLength())
          .put((byte) block.compression().number())
          .putInt(block.crc());
    }
    return out.array();
  }

  static List<BlockEntry> blocks(byte[] packed) {
    return rows(
        "blocks",
        BLOCK_ROW,
        packed,
        in -> new BlockEntry(in.getInt(), in.getInt(), Compression.of(in.get()), in.getInt()));
  }

  static byte[] ids(List<PartId> ids) {
    ByteBuffer out = ByteBuffer.allocate(ids.size() * ID_ROW);
    ids.forEach(id -> put(out, id));
    return out.array();
  }

  static List<PartId> ids(byte[] packed) {
    return rows("part ids", ID_ROW, packed, PackedTables::id);
  }

  private static <R> List<R> rows(
      String table, int rowLength, byte[] packed, Function<ByteBuffer, R> row) {
    if (packed.length % rowLength != 0) {
      throw new IllegalArgumentException(
          "table of %s has %d bytes, expected a multiple of %d"
              .formatted(table, packed.length, rowLength));
    }
    ByteBuffer in = ByteBuffer.wrap(packed);
    List<R> rows = new ArrayList<>(packed.length / rowLength);
    while (in.hasRemaining()) {
      rows.add(row.apply(in));
    }
    return rows;
  }

  private static void put(ByteBuffer out, PartId id) {
    out.putLong(id.high()).putLong(id.low());
  }

  private static PartId id(ByteBuffer in) {
    return new PartId(in.getLong(), in.getLong());
  }
}
