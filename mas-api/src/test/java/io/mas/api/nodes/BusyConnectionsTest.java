package io.mas.api.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.object.BlockEntry;
import io.mas.common.object.Compression;
import io.mas.common.object.ExtentId;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.InternalApi;
import io.mas.common.protocol.InternalKeys;
import io.mas.common.protocol.ShardFrame;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** A gateway that may have two connections to a node, and has both in use. */
@Timeout(30)
class BusyConnectionsTest {
  private static final Duration REQUEST = Duration.ofMillis(500);

  /** A second more is granted for each MiB that is sent: those with much outlast one with none. */
  private static final int MUCH = 8 << 20;

  private static final ShardKey KEY = new ShardKey(new ExtentId(new PartId(1, 2), 0), 0, 3);

  private final MetadataStore store;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpShardClient client;
  private final NodeView view;
  private final NodeAnnouncement said;

  /** Requests other than probes that the node has and does not answer. */
  private final CountDownLatch held = new CountDownLatch(2);

  private final CountDownLatch end = new CountDownLatch(1);

  BusyConnectionsTest(@TempDir Path directory) throws IOException {
    store = RocksMetadataStore.open(directory.resolve("metadata"));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answerProbesOnly);
    said = announcement(URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
    server.start();
    NodesProperties properties =
        new NodesProperties(REQUEST, REQUEST, REQUEST, REQUEST, REQUEST, 2, "");
    client =
        new HttpShardClient(
            properties,
            store.clusterId(),
            new RequestSigner(InternalKeys.random(new SecureRandom()), InstantSource.system()),
            DefaultClientTlsStrategy.createDefault());
    view = new NodeView(store, client, properties, InstantSource.system());
  }

  @AfterEach
  void close() {
    end.countDown();
    view.close();
    client.close();
    server.stop(0);
    threads.close();
    store.close();
  }

  private NodeAnnouncement announcement(URI address) {
    NodeAnnouncement one = SimulatedNodes.announcements(store.clusterId(), 1).getFirst();
    return new NodeAnnouncement(
        one.identity(),
        one.sequence(),
        one.logSequence(),
        address,
        one.process(),
        one.host(),
        one.zone(),
        one.capacityBytes(),
        one.freeBytes(),
        one.state());
  }

  private void answerProbesOnly(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (exchange.getRequestURI().getPath().equals(InternalApi.IDENTITY_PATH)) {
        byte[] json = JsonMapper.shared().writeValueAsBytes(said);
        exchange.sendResponseHeaders(200, json.length);
        exchange.getResponseBody().write(json);
      } else {
        held.countDown();
        end.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Under way until the test ends. */
  private void putMuch(Member node) {
    BlockEntry entry = new BlockEntry(MUCH, MUCH, Compression.RAW, 1);
    ShardClient.Payload payload =
        new ShardClient.Payload(ShardFrame.ok(0, entry, MUCH, 2), Arena.ofAuto().allocate(MUCH));
    Layout layout = Layout.of(1, 1, MUCH);
    ShardClient.Column column =
        new ShardClient.Column(KEY, new ObjectHash("ab".repeat(32)), layout);
    assertThatExceptionOfType(NodeException.class)
        .isThrownBy(() -> client.put(node, column, List.of(payload)));
  }

  @Test
  void whatGetsNoConnectionSaysNothingOfTheNodeAndProbesHaveTheirOwn() throws Exception {
    view.accept(said);
    await().until(() -> view.member("node-1").isPresent()); // it is saved first
    Member node = view.member("node-1").orElseThrow();
    for (int i = 0; i < 2; i++) {
      threads.execute(() -> putMuch(node));
    }
    assertThat(held.await(5, TimeUnit.SECONDS)).isTrue();
    assertThatExceptionOfType(NodeException.class)
        .isThrownBy(() -> client.get(node, KEY, 0, Arena.ofAuto().allocate(512)))
        .withMessageContaining("2 connections")
        .satisfies(e -> view.failed(node, e));
    assertThat(view.suspect("node-1")).isFalse();
    assertThat(view.ask("node-1")).isEqualTo(Answer.ITSELF);
  }
}
