package io.mas.api.nodes;

import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeIdentity;
import java.net.URI;

/**
 * A node as the gateway addresses it.
 *
 * @param identity which node, in which life
 * @param address base URI of its internal API
 * @param host the machine it runs on
 * @param zone the failure zone it runs in
 * @param freeBytes what was free on its volume when it last said so
 */
public record Member(NodeIdentity identity, URI address, String host, String zone, long freeBytes) {

  static Member of(NodeAnnouncement announcement) {
    return new Member(
        announcement.identity(),
        announcement.address(),
        announcement.host(),
        announcement.zone(),
        announcement.freeBytes());
  }

  /** The node's permanent id. */
  public String id() {
    return identity.nodeId();
  }
}
