package io.mas.node.shard;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * The cluster and the node that a record belongs to, as they stand in it.
 *
 * @param cluster first 16 bytes of the SHA-256 of the cluster id
 * @param node first 16 bytes of the SHA-256 of the node id
 */
record VolumeId(ByteBuffer cluster, ByteBuffer node) {
  /** Length of each of the two. */
  static final int BYTES = 16;

  static VolumeId of(String clusterId, String nodeId) {
    return new VolumeId(digest(clusterId), digest(nodeId));
  }

  /** The first {@value #BYTES} bytes of the SHA-256 of a text (UTF-8). */
  static ByteBuffer digest(String id) {
    try {
      byte[] sha256 =
          MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(Arrays.copyOf(sha256, BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
