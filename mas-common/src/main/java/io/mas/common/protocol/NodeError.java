package io.mas.common.protocol;

/** Why a storage node refused a request; its name travels in {@link InternalApi#ERROR}. */
public enum NodeError {
  /**
   * The request itself is wrong: a header or number missing or malformed, a frame that does not
   * fit.
   */
  BAD_REQUEST(400),
  /**
   * The request is not signed by a key of this cluster, was altered on its way, or was seen before.
   */
  UNAUTHENTICATED(401),
  /** The request is signed, but its time is too far from the node's, which the answer tells. */
  CLOCK_SKEW(401),
  /** The frame's payload does not match its checksum: damaged before it was signed. */
  DAMAGED_IN_TRANSIT(422),
  /** The node speaks another version of the protocol. */
  UNSUPPORTED_PROTOCOL(426),
  /** The caller belongs to another cluster. */
  FOREIGN_CLUSTER(409),
  /** The caller means another node, or another life of this one. */
  IDENTITY_MISMATCH(409),
  /** The same shard of the same attempt is stored with other bytes. */
  OTHER_BYTES(409),
  /** There is no such copy here. The node has recovered: this is evidence. */
  NOT_FOUND(404),
  /** The node is still starting. */
  NOT_READY(503),
  /** The volume takes no writes: a failed fsync, or an operator's word. */
  READ_ONLY(503),
  /** The volume is full. */
  FULL(507),
  /** Reading or writing failed. */
  IO_ERROR(500);

  private final int httpStatus;

  NodeError(int httpStatus) {
    this.httpStatus = httpStatus;
  }

  public int httpStatus() {
    return httpStatus;
  }
}
