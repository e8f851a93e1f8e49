package io.mas.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.common.cluster.InProcessDiscovery;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several nodes in one process, as in {@code ./mas up}. */
final class ManyNodesTest {
  @Test
  void sixNodesOfOneProcessAreReadySoonAndShareNothing(@TempDir Path data) {
    List<StorageNode> nodes = new ArrayList<>();
    var discovery = new InProcessDiscovery();
    var meters = new SimpleMeterRegistry();
    long start = System.nanoTime();
    for (int i = 1; i <= 6; i++) {
      String name = "node-" + i;
      nodes.add(
          StorageNode.start(
              StorageNodeProperties.embedded(data.resolve(name), "cluster-a", name),
              NodeClient.KEYS,
              discovery,
              meters));
    }
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    Set<String> ids = new HashSet<>();
    Set<Integer> ports = new HashSet<>();
    for (StorageNode node : nodes) {
      ids.add(node.identity().nodeId());
      ports.add(node.address().getPort());
    }
    assertThat(meters.getMeters())
        .extracting(m -> m.getId().getTag("node"))
        .hasSize(6 * 8)
        .containsOnly("node-1", "node-2", "node-3", "node-4", "node-5", "node-6");
    nodes.forEach(StorageNode::close);
    assertThat(ids).hasSize(6);
    assertThat(ports).hasSize(6);
    assertThat(meters.getMeters()).isEmpty();
    // ./mas up has 15 s for everything on two busy cores.
    assertThat(took).isLessThan(Duration.ofSeconds(15));
  }
}
