package io.mas.common.protocol;

import io.mas.common.object.ExtentId;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import io.mas.common.object.ShardKey;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A row of a node's inventory.
 *
 * @param part the part's id, 32 hexadecimal digits
 * @param ordinal of the extent in the part
 * @param shard the shard's index
 * @param attempt the writer's attempt, 16 hexadecimal digits
 * @param bytes on the volume
 * @param hash the file that the part was written for, as the column's records say; null if none can
 *     be read
 * @param layout of the extent, likewise
 */
public record StoredColumn(
    String part,
    int ordinal,
    int shard,
    String attempt,
    long bytes,
    @Nullable ObjectHash hash,
    @Nullable Layout layout) {

  /** The row of a column. */
  public static StoredColumn of(
      ShardKey key, long bytes, @Nullable ObjectHash hash, @Nullable Layout layout) {
    return new StoredColumn(
        key.extent().part().toString(),
        key.extent().ordinal(),
        key.shard(),
        HexFormat.of().toHexDigits(key.attempt()),
        bytes,
        hash,
        layout);
  }

  /**
   * The column's name.
   *
   * @throws IllegalArgumentException if it is none
   */
  public ShardKey key() {
    return new ShardKey(
        new ExtentId(PartId.parse(part), ordinal), shard, HexFormat.fromHexDigitsToLong(attempt));
  }
}
