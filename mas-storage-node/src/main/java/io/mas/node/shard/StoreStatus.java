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

  /** A column of the largest extent with four data blocks, and then some. */
  private static final long ROOM_BYTES = 128L << 20;

  /** Of a small volume, this part. */
  private static final int ROOM_PART = 100;

  /**
   * Whether new columns are welcome. Not if there is no room for a whole one: it would be begun
   * here again and again, and given up when the volume is full.
   */
  public boolean takesWrites() {
    long room = Math.min(ROOM_BYTES, capacityBytes / ROOM_PART);
    return writable && freeBytes > 0 && freeBytes >= room;
  }
}
