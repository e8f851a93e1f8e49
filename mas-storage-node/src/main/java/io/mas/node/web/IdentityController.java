package io.mas.node.web;

import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.protocol.InternalApi;
import io.mas.common.protocol.NodeError;
import io.mas.node.membership.Announcer;
import io.mas.node.shard.ShardStoreException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Who this node is, over HTTP: for whoever has an address and no announcement. */
@RestController
final class IdentityController {
  private final Announcer announcer;

  IdentityController(Announcer announcer) {
    this.announcer = announcer;
  }

  @GetMapping(InternalApi.IDENTITY_PATH)
  NodeAnnouncement identity() {
    return announcer
        .current()
        .orElseThrow(
            () -> new ShardStoreException(NodeError.NOT_READY, "the node is still starting"));
  }
}
