package io.mas.rabbitmq;

import io.mas.common.cluster.InProcessDiscovery;
import io.mas.common.cluster.NodeDiscovery;

class InProcessDiscoveryTest extends NodeDiscoveryContract {
  private final NodeDiscovery discovery = new InProcessDiscovery();

  @Override
  protected NodeDiscovery discovery() {
    return discovery;
  }
}
