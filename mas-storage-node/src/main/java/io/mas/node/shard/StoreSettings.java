package io.mas.node.shard;

/**
 * What a store has to know.
 *
 * @param clusterId the cluster that the volume belongs to
 * @param nodeId the volume's node id
 * @param reserveBytes free space that puts leave alone, so that the volume can always be tidied
 * @param cachedBlocks how many rows of columns' block tables are kept in memory; about 120 bytes
 *     each
 */
public record StoreSettings(String clusterId, String nodeId, long reserveBytes, int cachedBlocks) {
  public StoreSettings {
    if (reserveBytes < 0 || cachedBlocks < 0) {
      throw new IllegalArgumentException(
          "reserve of %d bytes and %d cached blocks, expected neither negative"
              .formatted(reserveBytes, cachedBlocks));
    }
  }
}
