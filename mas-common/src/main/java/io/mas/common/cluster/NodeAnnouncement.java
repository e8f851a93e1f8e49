package io.mas.common.cluster;

import java.net.URI;

/**
 * What a node tells the cluster every two seconds.
 *
 * @param identity who it is, and in which life
 * @param sequence rises by one with each announcement of this boot
 * @param logSequence the last forced sequence number of its log
 * @param address base URI of its internal API, such as {@code http://127.0.0.1:9101}
 * @param process the configured name of the process (the pod's), or the address
 * @param host the machine it runs on; shards of a block are spread over hosts
 * @param zone the failure zone it runs in; shards of a block are spread over zones first
 * @param capacityBytes size of its volume
 * @param freeBytes what is free of it
 * @param state what it says of itself
 */
public record NodeAnnouncement(
    NodeIdentity identity,
    long sequence,
    long logSequence,
    URI address,
    String process,
    String host,
    String zone,
    long capacityBytes,
    long freeBytes,
    NodeState state) {
  private static final int MAX_NAME = 255;

  public NodeAnnouncement {
    boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
    if (!http || address.getHost() == null) {
      throw new IllegalArgumentException(
          "address '%s', expected http://host:port or https://host:port".formatted(address));
    }
    requireName("process", process);
    requireName("host", host);
    requireName("zone", zone);
  }

  private static void requireName(String what, String name) {
    if (name.length() > MAX_NAME || name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "%s of %d characters, expected at most %d and no control characters"
              .formatted(what, name.length(), MAX_NAME));
    }
  }
}
