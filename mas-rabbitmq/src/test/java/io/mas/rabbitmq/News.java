package io.mas.rabbitmq;

import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.cluster.NodeState;
import java.net.URI;

/** Announcements of the tests. */
final class News {
  private News() {}

  static NodeAnnouncement of(String node, String boot, long sequence) {
    return new NodeAnnouncement(
        new NodeIdentity("cluster", node, 3, boot),
        sequence,
        41,
        URI.create("http://127.0.0.1:9101"),
        "prozess-ü-1",
        "host-1",
        "zone-1",
        1L << 40,
        1L << 39,
        NodeState.DRAINING);
  }
}
