package io.mas.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.common.cluster.NodeAnnouncement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What may come over an exchange that others can write to. */
class RabbitMessagesTest {
  @RegisterExtension final Rabbit rabbit = new Rabbit();
  private final List<NodeAnnouncement> heard = new CopyOnWriteArrayList<>();
  private RabbitDiscovery discovery;

  @BeforeEach
  void listen() {
    discovery = rabbit.discovery();
    discovery.listen(heard::add);
    NodeDiscoveryContract.announceUntilHeard(discovery, "settled", heard);
  }

  private static byte[] wire(String node, long sequence) {
    return AnnouncementFormat.encode(News.of(node, "x", sequence));
  }

  @Test
  void whatIsNoAnnouncementIsRefusedWithOneLineAndEndsNothing() throws Exception {
    String newer = new String(wire("n", 1), UTF_8).replace("\"v\":1", "\"v\":2");
    try (LogLines log = new LogLines()) {
      for (int round = 0; round < 50; round++) {
        rabbit.publish(newer.getBytes(UTF_8), new byte[0], new byte[100_000], "{}".getBytes(UTF_8));
      }
      rabbit.publish(wire("after", 1));
      await().until(() -> heard.contains(News.of("after", "x", 1)));
      assertThat(log.with("refused"))
          .containsExactly(
              "WARN a message from exchange %s is refused: format 2, this build knows format 1"
                  .formatted(rabbit.exchange()));
    }
    assertThat(heard).noneMatch(news -> news.identity().nodeId().equals("n"));
  }

  /** The client gives the connection up rather than take it into memory. */
  @Test
  void afterAHugeMessageTheListenerComesBack() throws Exception {
    rabbit.publish(new byte[4 << 20]);
    NodeDiscoveryContract.announceUntilHeard(discovery, "after", heard);
  }

  /** A volume that was copied: who is right is for the view to say. */
  @Test
  void bothOfTwoNodesWithOneIdAreHeard() throws Exception {
    NodeAnnouncement one = News.of("n", "one", 1);
    NodeAnnouncement two = News.of("n", "two", 1);
    discovery.announce(one);
    rabbit.discovery().announce(two);
    await().untilAsserted(() -> assertThat(heard).contains(one, two));
  }

  @Test
  void aListenerThatThrowsGoesOn() throws Exception {
    List<Long> sequences = new CopyOnWriteArrayList<>();
    discovery.listen(
        news -> {
          sequences.add(news.sequence());
          throw new IllegalStateException("a fault of the listener");
        });
    await()
        .until(
            () -> {
              rabbit.publish(wire("n", 1), wire("n", 2));
              return sequences.size() > 3;
            });
  }

  @Test
  void aSlowListenerLosesTheOldestAndDelaysNobody() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    List<NodeAnnouncement> late = new CopyOnWriteArrayList<>();
    RabbitDiscovery slow = rabbit.discovery();
    slow.listen(
        news -> {
          try {
            go.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          late.add(news);
        });
    List<NodeAnnouncement> beside = new CopyOnWriteArrayList<>();
    slow.listen(beside::add);
    NodeDiscoveryContract.announceUntilHeard(discovery, "settled", beside);
    int count = 10_300;
    byte[][] messages =
        IntStream.rangeClosed(1, count).mapToObj(i -> wire("many", i)).toArray(byte[][]::new);
    rabbit.publish(messages);
    await().until(() -> beside.contains(News.of("many", "x", count)));
    go.countDown();
    await().until(() -> late.contains(News.of("many", "x", count)));
    List<Long> kept =
        late.stream()
            .filter(news -> news.identity().nodeId().equals("many"))
            .map(NodeAnnouncement::sequence)
            .toList();
    assertThat(kept).isSorted().hasSizeLessThanOrEqualTo(10_000 + 20);
    assertThat(kept.subList(kept.size() - 10_000, kept.size())).isEqualTo(newest(count));
  }

  private static List<Long> newest(int count) {
    return IntStream.rangeClosed(count - 9_999, count).mapToObj(i -> (long) i).toList();
  }

  /** However often it is asked, a node that is slow to answer is called once for all of it. */
  @Test
  void asksThatWaitAreOne() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    List<String> answers = new CopyOnWriteArrayList<>();
    RabbitDiscovery node = rabbit.discovery();
    node.answerWith(
        () -> {
          answers.add("asked");
          try {
            go.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    await()
        .until(
            () -> {
              discovery.ask();
              return !answers.isEmpty();
            });
    for (int i = 0; i < 1000; i++) {
      discovery.ask();
    }
    NodeDiscoveryContract.announceUntilHeard(discovery, "asked", heard);
    go.countDown();
    NodeDiscoveryContract.announceUntilHeard(discovery, "answered", heard);
    assertThat(answers).hasSizeLessThan(30);
  }
}
