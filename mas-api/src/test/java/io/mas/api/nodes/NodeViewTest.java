package io.mas.api.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.cluster.NodeState;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.Layout;
import io.mas.common.protocol.NodeError;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class NodeViewTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final NodesProperties PROPERTIES =
      new NodesProperties(
          Duration.ofSeconds(6), Duration.ofMillis(20), SECOND, SECOND, SECOND, 4, "");

  @TempDir Path directory;
  private final AtomicLong time = new AtomicLong(1_790_000_000_000L);
  private final InstantSource clock = () -> Instant.ofEpochMilli(time.get());
  private final Identities client = new Identities();
  private MetadataStore store = absent();
  private NodeView view = empty();

  /** Metadata that answer nothing but the cluster's id. */
  private static MetadataStore absent() {
    return (MetadataStore)
        Proxy.newProxyInstance(
            MetadataStore.class.getClassLoader(),
            new Class<?>[] {MetadataStore.class},
            (self, method, arguments) -> {
              if (method.getName().equals("clusterId")) {
                return "cluster";
              }
              throw new MasException(ErrorCode.METADATA_UNREACHABLE, "no metadata");
            });
  }

  static NodeView empty() {
    return new NodeView(absent(), new Identities(), PROPERTIES, InstantSource.system());
  }

  @BeforeEach
  void open() {
    store = RocksMetadataStore.open(directory.resolve("metadata"));
    view = new NodeView(store, client, PROPERTIES, clock);
  }

  @AfterEach
  void close() {
    view.close();
    store.close();
  }

  private NodeAnnouncement news(long counter, String boot, long sequence, long log) {
    return new NodeAnnouncement(
        new NodeIdentity(store.clusterId(), "node-1", counter, boot),
        sequence,
        log,
        URI.create("http://127.0.0.1:" + (100 + counter)),
        "process",
        "host",
        "zone",
        100,
        sequence,
        NodeState.UP);
  }

  private Member known() {
    return view.member("node-1").orElseThrow();
  }

  private void probe() throws InterruptedException {
    for (Thread probe : view.probeDoubtful()) {
      probe.join();
    }
  }

  private void fail() {
    view.failed(known(), SimulatedNodes.silence("node-1"));
  }

  @Test
  void anAnnouncedNodeTakesWritesAndIsSaved() {
    view.accept(news(3, "a", 1, 10));
    assertThat(view.writable()).containsExactly(known());
    assertThat(store.nodes()).extracting(NodeDocument::nodeId).containsExactly("node-1");
  }

  @Test
  void aForeignClusterIsRefused() {
    NodeAnnouncement own = news(1, "a", 1, 1);
    NodeIdentity foreign = new NodeIdentity("foreign", "node-1", 1, "a");
    view.accept(
        new NodeAnnouncement(
            foreign, 1, 1, own.address(), "p", "host", "zone", 1, 1, NodeState.UP));
    assertThat(view.standings()).isEmpty();
    assertThat(store.nodes()).isEmpty();
  }

  @Test
  void onlyNodesThatAreUpTakeWrites() {
    long sequence = 5;
    for (NodeState state : NodeState.values()) {
      NodeAnnouncement own = news(1, "a", sequence++, 1);
      view.accept(
          new NodeAnnouncement(
              own.identity(), own.sequence(), 1, own.address(), "p", "host", "zone", 1, 1, state));
      assertThat(view.writable()).as("%s", state).hasSize(state == NodeState.UP ? 1 : 0);
    }
  }

  // Identity

  @Test
  void aLowerCounterIsACopy() {
    view.accept(news(3, "a", 1, 10));
    view.accept(news(2, "b", 9, 99));
    assertThat(known().identity().counter()).isEqualTo(3);
  }

  @Test
  void anEqualCounterWithAnotherBootIsACopy() {
    view.accept(news(3, "a", 1, 10));
    view.accept(news(3, "b", 9, 99));
    assertThat(known().identity().bootId()).isEqualTo("a");
  }

  @Test
  void aHigherCounterWithALowerLogIsAnOldBackup() {
    view.accept(news(3, "a", 1, 10));
    view.accept(news(4, "b", 1, 9));
    assertThat(known().identity().counter()).isEqualTo(3);
  }

  /** What was heard counts, not only what was last saved, which may be a minute old. */
  @Test
  void anOldBackupIsFoundByWhatWasHeardSinceTheLastSave() {
    view.accept(news(3, "a", 1, 10));
    view.accept(news(3, "a", 2, 50));
    view.accept(news(4, "b", 1, 20));
    assertThat(known().identity().counter()).isEqualTo(3);
  }

  @Test
  void aLaterLifeTakesOver() {
    view.accept(news(3, "a", 7, 10));
    view.accept(news(4, "b", 1, 10));
    assertThat(known().identity().bootId()).isEqualTo("b");
    assertThat(store.nodes().getFirst().announcement().identity().counter()).isEqualTo(4);
  }

  @Test
  void aLateMessageOfTheSameBootIsIgnored() {
    view.accept(news(3, "a", 5, 10));
    view.accept(news(3, "a", 4, 9));
    assertThat(known().freeBytes()).isEqualTo(5);
  }

  @Test
  void anotherGatewaysVerdictCounts() {
    NodeView other = new NodeView(store, client, PROPERTIES, clock);
    other.accept(news(5, "e", 1, 10));
    view.accept(news(4, "d", 1, 10));
    assertThat(known().identity().counter()).isEqualTo(5);
    assertThat(view.writable()).as("it has yet to show that it lives").isEmpty();
    other.close();
  }

  @Test
  void ofTwoLivesAcceptedAtOnceTheHigherIsKept() throws Exception {
    for (int round = 0; round < 20; round++) {
      long base = 10 + round * 2L;
      NodeView other = new NodeView(store, client, PROPERTIES, clock);
      Thread low = Thread.ofVirtual().start(() -> view.accept(news(base, "low", 1, 1)));
      Thread high = Thread.ofVirtual().start(() -> other.accept(news(base + 1, "high", 1, 1)));
      low.join();
      high.join();
      assertThat(store.nodes().getFirst().announcement().identity().counter()).isEqualTo(base + 1);
      other.close();
    }
  }

  // Suspicion

  @Test
  void aNodeThatGaveNoAnswerGetsNoWrites() {
    view.accept(news(1, "a", 1, 1));
    fail();
    assertThat(view.writable()).isEmpty();
    assertThat(view.suspect("node-1")).isTrue();
  }

  @ParameterizedTest
  @EnumSource(NodeError.class)
  void aRefusalIsASignOfLifeUnlessItIsAnotherLife(NodeError error) {
    view.accept(news(1, "a", 1, 1));
    view.failed(known(), new NodeException(error, "refused"));
    boolean suspect = error == NodeError.IDENTITY_MISMATCH || error == NodeError.NOT_READY;
    assertThat(view.suspect("node-1")).isEqualTo(suspect);
  }

  /** Keys, versions, clocks: somebody has to mend them, and nothing may be written until then. */
  @ParameterizedTest
  @EnumSource(
      value = NodeError.class,
      names = {"UNAUTHENTICATED", "CLOCK_SKEW", "UNSUPPORTED_PROTOCOL", "FOREIGN_CLUSTER"})
  void aNodeThatRefusesThisGatewayIsAliveAndGetsNoWritesUntilItAnswers(NodeError error)
      throws InterruptedException {
    view.accept(news(1, "a", 1, 1));
    Member node = known();
    view.failed(node, new NodeException(error, "refused"));
    assertThat(view.suspect("node-1")).isFalse();
    assertThat(view.writable()).isEmpty();
    assertThat(view.mayFail(Layout.of(1, 1, 1 << 20))).isNegative();
    view.accept(news(1, "a", 2, 1));
    assertThat(view.writable()).as("only announced").isEmpty();
    client.at.put(node.address(), news(1, "a", 3, 1));
    probe();
    assertThat(view.writable()).hasSize(1);
  }

  @Test
  void aCallerThatWasInterruptedHasLearntNothing() {
    view.accept(news(1, "a", 1, 1));
    view.failed(known(), new NodeException("interrupted", new InterruptedException()));
    assertThat(view.suspect("node-1")).isFalse();
  }

  @Test
  void theFailureOfAnEarlierLifeSaysNothingOfThisOne() {
    view.accept(news(1, "a", 1, 1));
    Member before = known();
    view.accept(news(2, "b", 1, 1));
    view.failed(before, SimulatedNodes.silence("node-1"));
    assertThat(view.suspect("node-1")).isFalse();
  }

  /** A node whose requests hang may go on announcing itself; only an answer clears it. */
  @Test
  void anAnnouncementDoesNotEndASuspicionButAnAnswerDoes() throws Exception {
    view.accept(news(1, "a", 1, 1));
    fail();
    view.accept(news(1, "a", 2, 1));
    assertThat(view.suspect("node-1")).isTrue();
    probe();
    assertThat(view.suspect("node-1")).as("no answer yet").isTrue();
    client.at.put(known().address(), news(1, "a", 3, 1));
    probe();
    assertThat(view.suspect("node-1")).isFalse();
  }

  @Test
  void aNewLifeBeginsUnsuspected() {
    view.accept(news(1, "a", 1, 1));
    fail();
    view.accept(news(2, "b", 1, 1));
    assertThat(view.suspect("node-1")).isFalse();
  }

  @Test
  void silenceAloneSuspectsNobodyButLeadsToAProbe() throws Exception {
    NodeAnnouncement answer = news(1, "a", 1, 1);
    view.accept(answer);
    client.at.put(answer.address(), answer);
    probe();
    assertThat(client.asked.get()).as("not silent yet").isZero();
    time.addAndGet(7000);
    probe();
    assertThat(client.asked.get()).isEqualTo(1);
    assertThat(view.suspect("node-1")).isFalse();
  }

  @Test
  void aSilentNodeWhoseProbeFailsIsSuspect() throws Exception {
    view.accept(news(1, "a", 1, 1));
    time.addAndGet(7000);
    probe();
    assertThat(view.suspect("node-1")).isTrue();
  }

  @Test
  void anotherNodeAtTheAddressIsNoSignOfLife() throws Exception {
    view.accept(news(1, "a", 1, 1));
    NodeAnnouncement own = news(1, "a", 1, 1);
    client.at.put(
        own.address(),
        new NodeAnnouncement(
            new NodeIdentity(store.clusterId(), "node-2", 1, "x"),
            1,
            1,
            own.address(),
            "p",
            "host",
            "zone",
            1,
            1,
            NodeState.UP));
    time.addAndGet(7000);
    probe();
    assertThat(view.suspect("node-1")).isTrue();
    assertThat(view.suspect("node-2")).isFalse();
  }

  // Probes

  @Test
  void aNodeIsProbedOnceAtATimeAndReadLastMeanwhile() throws Exception {
    NodeAnnouncement answer = news(1, "a", 1, 1);
    view.accept(answer);
    client.at.put(answer.address(), answer);
    client.hold();
    view.probe("node-1");
    view.probe("node-1");
    await().until(() -> client.asked.get() == 1);
    time.addAndGet(7000);
    assertThat(view.probeDoubtful()).isEmpty();
    assertThat(view.readLast("node-1")).isTrue();
    assertThat(view.suspect("node-1")).isFalse();
    assertThat(view.writable()).hasSize(1);
    client.release();
    await().until(() -> !view.readLast("node-1"));
    assertThat(client.asked.get()).isEqualTo(1);
  }

  private NodeView timed(AtomicLong nanos) {
    return new NodeView(
        new NodeLives(store, IdentityRule.ALL),
        client,
        PROPERTIES,
        clock,
        new Probes(Duration.ZERO, VerdictRule.ALL, nanos::get));
  }

  /** Or a node that is up would be lost at its next hiccup, for how long it has not been silent. */
  @Test
  void aLateFailureOfAnEarlierLifeIsNoSilenceOfThisOne() {
    AtomicLong nanos = new AtomicLong();
    view = timed(nanos);
    view.accept(news(1, "a", 1, 1));
    client.hold();
    view.probe("node-1");
    await().until(() -> client.asked.get() == 1);
    view.accept(news(2, "b", 1, 1));
    client.release();
    await().until(() -> !view.readLast("node-1"));
    nanos.addAndGet(Duration.ofMinutes(10).toNanos());
    assertThat(view.ask("node-1")).isEqualTo(Answer.NONE);
    assertThat(view.failing().values()).containsExactly(Duration.ZERO);
  }

  @Test
  void aNodeThatWasProbedBeforeItWasHeardHasAnsweredOnceItIsHeard() {
    view.accept(news(1, "a", 1, 1));
    AtomicLong nanos = new AtomicLong();
    view = timed(nanos);
    view.reload();
    assertThat(view.ask("node-1")).isEqualTo(Answer.NONE);
    assertThat(view.failing()).hasSize(1);
    view.accept(news(1, "a", 2, 1));
    assertThat(view.failing()).isEmpty();
    nanos.addAndGet(Duration.ofMinutes(10).toNanos());
    assertThat(view.ask("node-1")).isEqualTo(Answer.NONE);
    assertThat(view.failing().values()).containsExactly(Duration.ZERO);
  }

  @Test
  void aNodeThatIsLateAndDoesNotAnswerAProbeIsSuspect() {
    view.accept(news(1, "a", 1, 1));
    view.probe("node-1");
    await().until(() -> view.suspect("node-1"));
  }

  @Test
  void aNodeThatHangsDelaysNoProbeOfAnother() {
    NodeAnnouncement hangs = news(1, "a", 1, 1);
    view.accept(hangs);
    client.at.put(hangs.address(), hangs);
    client.hold();
    view.probe("node-1");
    SimulatedNodes.announcements(store.clusterId(), 6).forEach(view::accept);
    time.addAndGet(7000);
    assertThat(view.probeDoubtful()).hasSizeGreaterThanOrEqualTo(5);
    await().until(() -> client.asked.get() == 6); // node-1 was asked before
    client.release();
    await().until(() -> view.suspect("node-6"));
  }

  @Test
  void aClockThatWasSetBackLeadsToProbes() {
    view.accept(news(1, "a", 1, 1));
    time.addAndGet(-3_600_000);
    assertThat(view.probeDoubtful()).hasSize(1);
  }

  /** The promise of the settings: 5 s after its death a node gets no new shards. */
  @Test
  void byDefaultADeadNodeIsAvoidedAfterFourSeconds() {
    NodesProperties byDefault =
        new Binder(new MapConfigurationPropertySource())
            .bindOrCreate("mas.nodes", NodesProperties.class);
    assertThat(byDefault.silentAfter().plus(byDefault.probeEvery()).plus(byDefault.probeTimeout()))
        .isEqualTo(Duration.ofSeconds(4));
    assertThat(byDefault.silentAfter())
        .as("announcements are 2 s apart")
        .isGreaterThan(Duration.ofSeconds(2));
  }

  @Test
  void healthSaysHowManyMoreMayFail() {
    Layout layout = Layout.of(4, 2, 1 << 20);
    assertThat(view.mayFail(layout)).isEqualTo(-1);
    SimulatedNodes.announcements(store.clusterId(), 6).forEach(view::accept);
    assertThat(view.mayFail(layout)).isEqualTo(2);
    fail();
    assertThat(view.mayFail(layout)).isEqualTo(1);
  }
}
