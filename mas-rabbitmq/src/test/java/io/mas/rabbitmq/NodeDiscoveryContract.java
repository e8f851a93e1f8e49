package io.mas.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeDiscovery;
import io.mas.common.cluster.NodeDiscovery.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * What every implementation of the seam promises. Delivery is not promised, so a test announces or
 * asks again until it has arrived.
 */
abstract class NodeDiscoveryContract {

  /** The discovery of a process; all that a test gets belong to one cluster. */
  protected abstract NodeDiscovery discovery();

  /** Announces a node, with rising sequences, until {@code heard} has one of this call. */
  static void announceUntilHeard(NodeDiscovery from, String node, List<NodeAnnouncement> heard) {
    AtomicInteger sequence = new AtomicInteger();
    String boot = "boot-" + System.nanoTime();
    await()
        .until(
            () -> {
              from.announce(News.of(node, boot, sequence.incrementAndGet()));
              return heard.stream().anyMatch(news -> news.identity().bootId().equals(boot));
            });
  }

  @Test
  void anAnnouncementReachesEveryListenerOfEveryProcessAsItWas() {
    List<NodeAnnouncement> first = new CopyOnWriteArrayList<>();
    List<NodeAnnouncement> second = new CopyOnWriteArrayList<>();
    List<NodeAnnouncement> elsewhere = new CopyOnWriteArrayList<>();
    NodeDiscovery announcer = discovery();
    announcer.listen(first::add);
    announcer.listen(second::add);
    discovery().listen(elsewhere::add);
    List.of(first, second, elsewhere).forEach(heard -> announceUntilHeard(announcer, "n", heard));
    NodeAnnouncement last = News.of("n", "last", 7);
    announcer.announce(last);
    await()
        .untilAsserted(
            () -> assertThat(List.of(first, second, elsewhere)).allMatch(h -> h.contains(last)));
  }

  @Test
  void aListenerIsCalledOneAtATimeAndInTheOrderOfEachNode() throws Exception {
    List<NodeAnnouncement> heard = new CopyOnWriteArrayList<>();
    AtomicInteger calls = new AtomicInteger();
    AtomicBoolean together = new AtomicBoolean();
    discovery()
        .listen(
            news -> {
              together.compareAndSet(false, calls.incrementAndGet() > 1);
              Thread.onSpinWait();
              heard.add(news);
              calls.decrementAndGet();
            });
    NodeDiscovery one = discovery();
    NodeDiscovery two = discovery();
    announceUntilHeard(one, "settled", heard);
    announceUntilHeard(two, "settled", heard);
    Thread beside = Thread.ofVirtual().start(() -> announceMany(two, "b"));
    announceMany(one, "a");
    beside.join();
    await().until(() -> heard.contains(News.of("a", "x", 300)));
    await().until(() -> heard.contains(News.of("b", "x", 300)));
    assertThat(together).isFalse();
    for (String node : List.of("a", "b")) {
      assertThat(heard.stream().filter(news -> news.identity().nodeId().equals(node)))
          .extracting(NodeAnnouncement::sequence)
          .doesNotHaveDuplicates()
          .isSorted();
    }
  }

  private static void announceMany(NodeDiscovery discovery, String node) {
    for (int sequence = 1; sequence <= 300; sequence++) {
      discovery.announce(News.of(node, "x", sequence));
    }
  }

  @Test
  void everyNodeIsAskedAndCanAnswer() {
    List<NodeAnnouncement> heard = new CopyOnWriteArrayList<>();
    NodeDiscovery gateway = discovery();
    NodeDiscovery one = discovery();
    NodeDiscovery two = discovery();
    one.answerWith(() -> one.announce(News.of("one", "x", 1)));
    two.answerWith(() -> two.announce(News.of("two", "x", 1)));
    gateway.listen(heard::add);
    await()
        .until(
            () -> {
              gateway.ask();
              return heard.contains(News.of("one", "x", 1))
                  && heard.contains(News.of("two", "x", 1));
            });
  }

  @Test
  void theRepairIsWokenAndNodesAreNotAsked() {
    AtomicInteger woken = new AtomicInteger();
    AtomicInteger asked = new AtomicInteger();
    discovery().onWake(woken::incrementAndGet);
    NodeDiscovery node = discovery();
    node.answerWith(asked::incrementAndGet);
    NodeDiscovery other = discovery();
    await()
        .until(
            () -> {
              other.ask();
              return asked.get() > 0;
            });
    int before = asked.get();
    await()
        .until(
            () -> {
              other.wakeRepair();
              return woken.get() > 2;
            });
    assertThat(asked.get()).as("asks that were still on the way").isLessThanOrEqualTo(before + 2);
  }

  @Test
  void aClosedSubscriptionIsNotCalledAndTheOthersAre() {
    List<NodeAnnouncement> closed = new CopyOnWriteArrayList<>();
    List<NodeAnnouncement> open = new CopyOnWriteArrayList<>();
    NodeDiscovery discovery = discovery();
    Subscription subscription = discovery.listen(closed::add);
    discovery.listen(open::add);
    announceUntilHeard(discovery, "n", closed);
    subscription.close();
    subscription.close();
    announceUntilHeard(discovery, "later", open);
    announceUntilHeard(discovery, "later", open);
    // What was said before may have been on its way to it.
    assertThat(closed).extracting(news -> news.identity().nodeId()).doesNotContain("later");
  }

  @Test
  void nobodyNeedsToListen() {
    discovery().announce(News.of("n", "x", 1));
    discovery().ask();
    discovery().wakeRepair();
  }
}
