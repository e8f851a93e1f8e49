package io.mas.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.common.cluster.InProcessDiscovery;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.ShardFrame;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads of a node with few places, some of which are taken by readers that have stopped. */
final class ReadPlacesTest {
  private static final String BY_A_CLIENT = "";
  private static final ShardKey KEY = NodeClient.key(1);

  /** 6.4 MiB, which do not fit into the buffers between the two ends. */
  private static final int BLOCKS = 256;

  /** An answer of a node that is not busy takes a hundredth of it. */
  private static final Duration WAITS = Duration.ofMillis(300);

  private final StorageNode node;
  private final NodeClient client;

  ReadPlacesTest(@TempDir Path data) {
    node =
        StorageNode.start(
            StorageNodePropertiesTest.bind(
                Map.of(
                    "mas.node.data", data.toString(),
                    "mas.node.port", "0",
                    "mas.node.max-reads", "4")),
            NodeClient.KEYS,
            new InProcessDiscovery(),
            new SimpleMeterRegistry());
    client = NodeClient.of(node);
    for (int from = 0; from < BLOCKS; from += 16) {
      client.put(KEY, NodeClient.frames(from, 16, from));
    }
  }

  @AfterEach
  void stop() {
    client.close();
    node.close();
  }

  @Test
  void theBackgroundWaitsForHalfOfThemAndClientsAreAnswered() throws Exception {
    Future<Integer> next;
    try (InputStream _ = stopped(NodeClient.IN_BACKGROUND)) {
      next = ofOneBlock(NodeClient.IN_BACKGROUND);
      await().during(WAITS).until(() -> !next.isDone());
      assertThat(ofOneBlock(BY_A_CLIENT).get()).isEqualTo(200);
      assertThat(next.isDone()).isFalse();
    }
    assertThat(next.get()).isEqualTo(200);
  }

  /** Negative control: so would a client wait behind the background, were it let have all. */
  @Test
  void twoReadsOfSeveralBlocksTakeFourPlaces() throws Exception {
    Future<Integer> next;
    try (InputStream _ = stopped(BY_A_CLIENT)) {
      assertThat(ofOneBlock(BY_A_CLIENT).get()).isEqualTo(200);
      try (InputStream _ = stopped(BY_A_CLIENT)) {
        next = ofOneBlock(BY_A_CLIENT);
        await().during(WAITS).until(() -> !next.isDone());
      }
      assertThat(next.get()).isEqualTo(200);
    }
  }

  /** A read that has its place and keeps it: nobody takes more than the beginning. */
  private InputStream stopped(String more) throws IOException {
    InputStream body = client.open(KEY, 0, BLOCKS, more);
    assertThat(body.readNBytes(ShardFrame.BYTES)).hasSize(ShardFrame.BYTES);
    return body;
  }

  private Future<Integer> ofOneBlock(String more) {
    return CompletableFuture.supplyAsync(
            () -> client.get(KEY, 0, 1, more), Thread::startVirtualThread)
        .thenApply(HttpResponse::statusCode);
  }
}
