package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mas.common.cluster.InProcessDiscovery;
import io.mas.common.protocol.InternalKeys;
import io.mas.dev.options.ClusterOptions;
import io.mas.dev.options.StartProblem;
import io.mas.node.StorageNode;
import io.mas.node.StorageNodeProperties;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Folders of nodes that a store must not touch: it does not start, says why, and changes nothing.
 */
class ForeignDataTest {
  @TempDir Path data;

  @Test
  void aNodeOfAnotherClusterIsRefused() throws Exception {
    Path identity = nodeOf("another-cluster");
    String before = Files.readString(identity);
    assertThatExceptionOfType(StartProblem.class)
        .isThrownBy(this::start)
        .withMessageContaining("node-1")
        .withMessageContaining("another-cluster")
        .withMessageContaining("--data");
    assertThat(identity).hasContent(before);
  }

  @Test
  void aNodeOfANewerFormatIsRefused() throws Exception {
    Path identity = nodeOf("another-cluster");
    String newer = Files.readString(identity).replaceFirst("\"format\" *: *1", "\"format\":2");
    Files.writeString(identity, newer);
    assertThatExceptionOfType(StartProblem.class)
        .isThrownBy(this::start)
        .withMessageContaining("node-1")
        .withMessageContaining("format 2");
    assertThat(identity).hasContent(newer);
  }

  private void start() {
    Cluster.start(ClusterOptions.in(data).withNodes(1, "1+0")).close();
  }

  /** The identity file of a node that has been started once, in the place of node 1. */
  private Path nodeOf(String cluster) throws Exception {
    Path directory = data.resolve("node-1");
    try (StorageNode node =
        StorageNode.start(
            StorageNodeProperties.embedded(directory, cluster, "node-1"),
            InternalKeys.random(new SecureRandom()),
            new InProcessDiscovery(),
            new SimpleMeterRegistry())) {
      assertThat(node.identity().clusterId()).isEqualTo(cluster);
    }
    return directory.resolve("identity.json");
  }
}
