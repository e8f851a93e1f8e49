package io.mas.common.object;

import java.util.HexFormat;

/**
 * Names one copy of one shard column of an extent: a writer's attempt to store shard {@code shard}
 * of every block of the extent on one node.
 *
 * @param extent the extent
 * @param shard the shard's index, 0 to k+m-1
 * @param attempt the writer's random attempt id
 */
public record ShardKey(ExtentId extent, int shard, long attempt) {
  public ShardKey {
    if (shard < 0 || shard >= Layout.MAX_WIDTH) {
      throw new IllegalArgumentException(
          "shard index %d, expected 0 to %d".formatted(shard, Layout.MAX_WIDTH - 1));
    }
  }

  @Override
  public String toString() {
    return extent + "/" + shard + "/" + HexFormat.of().toHexDigits(attempt);
  }
}
