package io.mas.api.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.NodeDocument.Cause;
import io.mas.api.metadata.NodeDocument.Lost;
import io.mas.api.metadata.NodeDocument.Progress;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.metadata.WriteOutcome;
import io.mas.common.cluster.InProcessDiscovery;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.cluster.NodeState;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is saved of nodes, and that nobody waits for a database that is away. */
class NodeViewMetadataTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final NodesProperties PROPERTIES =
      new NodesProperties(
          Duration.ofSeconds(6), Duration.ofMillis(20), SECOND, SECOND, SECOND, 4, "");

  private final AtomicLong time = new AtomicLong(1_790_000_000_000L);
  private final Identities client = new Identities();
  private final AtomicInteger writes = new AtomicInteger();
  private final MetadataStore store;
  private final NodeView view;

  /** Opened when the metadata answer. */
  private volatile CountDownLatch answers = new CountDownLatch(0);

  private volatile boolean down;

  NodeViewMetadataTest(@TempDir Path directory) {
    store = RocksMetadataStore.open(directory.resolve("metadata"));
    view = new NodeView(unreliable(), client, PROPERTIES, () -> Instant.ofEpochMilli(time.get()));
  }

  @AfterEach
  void close() {
    answers.countDown();
    view.close();
    store.close();
  }

  private MetadataStore unreliable() {
    return (MetadataStore)
        Proxy.newProxyInstance(
            MetadataStore.class.getClassLoader(),
            new Class<?>[] {MetadataStore.class},
            (_, method, arguments) -> {
              answers.await();
              if (down) {
                throw new MasException(ErrorCode.METADATA_UNREACHABLE, "down");
              }
              if (method.getName().equals("compareAndSetNode")) {
                writes.incrementAndGet();
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            });
  }

  private NodeAnnouncement news(int node, long counter, long sequence) {
    return new NodeAnnouncement(
        new NodeIdentity(store.clusterId(), "node-" + node, counter, "boot-" + counter),
        sequence,
        1,
        URI.create("http://127.0.0.1:" + (1000 * counter + node)),
        "process",
        "host",
        "zone",
        100,
        sequence,
        NodeState.UP);
  }

  private void hang() {
    answers = new CountDownLatch(1);
  }

  private Member node(int number) {
    return view.member("node-" + number).orElseThrow();
  }

  private static Duration time(Runnable call) {
    long begin = System.nanoTime();
    call.run();
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  // Saving

  @Test
  void aLifeIsSavedAtMostOnceAMinute() {
    for (int sequence = 1; sequence <= 100; sequence++) {
      view.accept(news(1, 1, sequence));
      await().pollDelay(Duration.ZERO).until(() -> !view.saving());
      time.addAndGet(2000);
    }
    assertThat(writes).hasValue(4); // in 198 s
    assertThat(store.node("node-1").orElseThrow().announcement().sequence()).isEqualTo(91);
  }

  @Test
  void aKnownLifeGoesOnWithoutMetadataAndALaterOneWaitsForThem() {
    view.accept(news(1, 1, 1));
    down = true;
    time.addAndGet(120_000);
    view.accept(news(1, 1, 2));
    assertThat(node(1).freeBytes()).isEqualTo(2);
    view.accept(news(1, 2, 1));
    assertThat(node(1).identity().counter()).as("not saved yet").isEqualTo(1);
    down = false;
    view.accept(news(1, 2, 2));
    await().until(() -> node(1).identity().counter() == 2);
  }

  /** The first to meet them waits a second, all others not at all. */
  @Test
  void metadataThatHangHoldNeitherAnnouncementsNorReadsNorFailures() {
    for (int node = 1; node <= 50; node++) {
      view.accept(news(node, 1, 1));
    }
    time.addAndGet(120_000);
    hang();
    assertThat(time(() -> view.accept(news(1, 2, 1)))).isLessThan(Duration.ofMillis(2500));
    Duration rest =
        time(
            () -> {
              for (int node = 2; node <= 50; node++) {
                view.accept(news(node, node % 2 + 1, 2));
                view.failed(node(node), SimulatedNodes.silence("node-" + node));
                view.standings();
              }
            });
    assertThat(rest).isLessThan(Duration.ofSeconds(1));
    assertThat(node(2).freeBytes()).as("a known life").isEqualTo(2);
    assertThat(node(3).identity().counter()).as("a later life").isEqualTo(1);
    answers.countDown();
    await().until(() -> node(3).identity().counter() == 2);
    await().until(() -> node(1).identity().counter() == 2);
  }

  @Test
  void whatTheMetadataDidNotTakeIsTriedAgainTenSecondsLater() {
    view.accept(news(1, 1, 1));
    down = true;
    time.addAndGet(60_000);
    view.accept(news(1, 1, 2));
    await().until(() -> !view.saving());
    down = false;
    int before = writes.get();
    time.addAndGet(9_000);
    view.accept(news(1, 1, 3));
    time.addAndGet(1_000);
    view.accept(news(1, 1, 4));
    await().until(() -> writes.get() > before);
    await().until(() -> store.node("node-1").orElseThrow().announcement().sequence() == 4);
    assertThat(writes.get()).isEqualTo(before + 1);
  }

  // The saved view

  @Test
  void theSavedViewIsProbedWhenNobodyAnnouncesAnything() {
    NodeAnnouncement saved = news(1, 1, 1);
    assertThat(store.compareAndSetNode(new NodeDocument(1, saved))).isEqualTo(WriteOutcome.APPLIED);
    view.start(new InProcessDiscovery());
    assertThat(view.member("node-1")).isPresent();
    client.at.put(saved.address(), saved);
    await().until(() -> view.writable().size() == 1);
  }

  @Test
  void aSavedNodeThatAnnouncesItselfIsNotSuspect() {
    assertThat(store.compareAndSetNode(new NodeDocument(1, news(1, 1, 1))))
        .isEqualTo(WriteOutcome.APPLIED);
    view.reload();
    assertThat(view.suspect("node-1")).isTrue();
    view.accept(news(1, 1, 2));
    assertThat(view.suspect("node-1")).isFalse();
  }

  @Test
  void withoutMetadataTheViewStartsAndLearnsWhatWasSavedWhenTheyCome() {
    assertThat(store.compareAndSetNode(new NodeDocument(1, news(1, 1, 1))))
        .isEqualTo(WriteOutcome.APPLIED);
    down = true;
    view.start(new InProcessDiscovery());
    assertThat(view.standings()).isEmpty();
    down = false;
    view.reload();
    assertThat(view.member("node-1")).isPresent();
  }

  /** This gateway's broker is away, another's is not. */
  @Test
  void whatAnotherGatewayHasSavedIsLearnt() throws Exception {
    view.accept(news(1, 1, 1));
    NodeView other =
        new NodeView(store, client, PROPERTIES, () -> Instant.ofEpochMilli(time.get()));
    NodeAnnouncement moved = news(1, 2, 1);
    other.accept(moved);
    other.accept(news(2, 1, 1));
    view.reload();
    assertThat(node(1).address()).isEqualTo(moved.address());
    assertThat(view.writable()).as("neither has shown that it lives").isEmpty();
    client.at.put(moved.address(), news(1, 2, 2));
    for (Thread probe : view.probeDoubtful()) {
      probe.join();
    }
    assertThat(view.writable()).extracting(Member::id).containsExactly("node-1");
    other.close();
  }

  /** In chaos garbage named a volume that was gone, and waited for it, for ever. */
  @ParameterizedTest
  @CsvSource({
    "UNREACHABLE, MARKING, true",
    "UNREACHABLE, MARKED, true",
    "UNREACHABLE, RESTORED, false",
    "REPLACED, MARKING, false",
    "REPLACED, MARKED, false",
    "CONFIRMED, MARKED, false"
  })
  void aLostNodeIsWaitedForAsLongAsItMayReturnWithWhatOnlyItKnows(
      Cause cause, Progress progress, boolean waitedFor) {
    view.accept(news(1, 1, 1));
    assertThat(view.waitedFor()).hasSize(1);
    view.learn(store.node("node-1").orElseThrow().lost(new Lost(1, cause, progress)));
    assertThat(view.waitedFor()).hasSize(waitedFor ? 1 : 0);
    assertThat(view.standings()).hasSize(1);
  }

  @Test
  void anEarlierLifeThatIsSavedDoesNotReplaceWhatIsKnown() {
    view.accept(news(1, 1, 1));
    NodeDocument before = store.node("node-1").orElseThrow();
    view.accept(news(1, 2, 1));
    assertThat(before.announcement().identity().counter()).isEqualTo(1);
    view.learn(before);
    assertThat(node(1).identity().counter()).isEqualTo(2);
    assertThat(view.suspect("node-1")).isFalse();
  }
}
