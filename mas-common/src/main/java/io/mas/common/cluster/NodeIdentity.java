package io.mas.common.cluster;

import java.util.regex.Pattern;

/**
 * Which volume a node serves, and in which life (design.md, section 5, Identity).
 *
 * @param clusterId the cluster that the volume belongs to
 * @param nodeId permanent id of the volume
 * @param counter raised and fsynced at every start of the node
 * @param bootId random, new at every start of the node
 */
public record NodeIdentity(String clusterId, String nodeId, long counter, String bootId) {
  private static final Pattern ID = Pattern.compile("[0-9a-z-]{1,64}");

  public NodeIdentity {
    requireId("cluster id", clusterId);
    requireId("node id", nodeId);
    requireId("boot id", bootId);
    if (counter < 1) {
      throw new IllegalArgumentException("counter " + counter + ", expected 1 or more");
    }
  }

  private static void requireId(String what, String value) {
    if (!ID.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "%s '%s', expected 1 to 64 of 0-9, a-z and -".formatted(what, value));
    }
  }
}
