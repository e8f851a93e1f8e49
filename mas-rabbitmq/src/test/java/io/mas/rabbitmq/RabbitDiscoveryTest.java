package io.mas.rabbitmq;

import io.mas.common.cluster.NodeDiscovery;
import org.junit.jupiter.api.extension.RegisterExtension;

class RabbitDiscoveryTest extends NodeDiscoveryContract {
  @RegisterExtension final Rabbit rabbit = new Rabbit();

  @Override
  protected NodeDiscovery discovery() {
    return rabbit.discovery();
  }
}
