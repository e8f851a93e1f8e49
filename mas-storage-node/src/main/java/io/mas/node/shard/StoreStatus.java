package io.mas.node.shard;

/**
 * The state of a volume.
 *
 * @param capacityBytes size of the volume
 * @param freeBytes what may still be stored, without the reserve
 * @param writable false after a failed force
 * @param forcedSequence the highest sequence number that is forced
 * @param forces how many forces there were in this life
 */
public record StoreStatus(
    long capacityBytes, long freeBytes, boolean writable, long forcedSequence, long forces) {

  /** Whether a put would be tried at all. */
  public boolean takesWrites() {
    return writable && freeBytes > 0;
  }
}
