package io.mas.node.shard;

import io.mas.common.object.ShardKey;
import java.util.HexFormat;

/**
 * A row of the inventory.
 *
 * @param part the part's id, 32 hexadecimal digits
 * @param ordinal of the extent in the part
 * @param shard the shard's index
 * @param attempt the writer's attempt, 16 hexadecimal digits
 * @param bytes on the volume
 */
public record StoredColumn(String part, int ordinal, int shard, String attempt, long bytes) {
  static StoredColumn of(ShardKey key, long bytes) {
    return new StoredColumn(
        key.extent().part().toString(),
        key.extent().ordinal(),
        key.shard(),
        HexFormat.of().toHexDigits(key.attempt()),
        bytes);
  }
}
