package io.mas.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.ConnectionFactory;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.error.ErrorCode;
import io.mas.dev.server.RabbitServer;
import io.mas.rabbitmq.BrokerStatus.Failure;
import io.mas.rabbitmq.Publisher.Message;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The broker away, back, hung, short of memory: nobody waits for it, and all goes on after. */
class RabbitOutageTest {
  /** Reconnecting takes 3 s at most, a broker that hangs is noticed after 10 s. */
  private static final Duration SOON = Duration.ofSeconds(30);

  /** A call that does not wait for the broker, on a machine that is busy. */
  private static final Duration AT_ONCE = Duration.ofMillis(500);

  @RegisterExtension final Rabbit rabbit = new Rabbit();
  private final RabbitServer server = Rabbit.server();
  private final List<NodeAnnouncement> heard = new CopyOnWriteArrayList<>();

  @AfterEach
  void bringBack() {
    server.resume();
    server.start();
  }

  private static ConditionFactory soon() {
    return await().atMost(SOON).pollInterval(Duration.ofMillis(100));
  }

  private void announceUntilHeard(RabbitDiscovery from, String boot) {
    AtomicInteger sequence = new AtomicInteger();
    soon()
        .until(
            () -> {
              from.announce(News.of("n", boot, sequence.incrementAndGet()));
              return heard.stream().anyMatch(news -> news.identity().bootId().equals(boot));
            });
  }

  private static void atOnce(Runnable call) {
    long begin = System.nanoTime();
    call.run();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(AT_ONCE);
  }

  private static void callsReturnAtOnce(RabbitDiscovery discovery) {
    atOnce(() -> discovery.announce(News.of("n", "away", 1)));
    atOnce(discovery::ask);
    atOnce(discovery::wakeRepair);
    atOnce(() -> discovery.answerWith(() -> {}).close());
    atOnce(() -> discovery.listen(_ -> {}).close());
  }

  private static Failure failure(RabbitDiscovery discovery) {
    return Objects.requireNonNull(discovery.status().failures().get("publisher"));
  }

  @Test
  void startsWithoutTheBrokerSaysSoAndGoesOnWhenItComes() throws Exception {
    server.stop();
    try (LogLines log = new LogLines()) {
      RabbitDiscovery discovery = rabbit.discovery();
      discovery.listen(heard::add);
      callsReturnAtOnce(discovery);
      String broker = server.uri().replace("guest:guest@", "");
      soon().until(() -> log.with("RabbitMQ").size() >= 2); // the second 10 s after the first
      assertThat(log.with("RabbitMQ"))
          .containsOnly(
              "WARN RabbitMQ at %s cannot be used (5801: Connection refused); going on without it, trying again"
                  .formatted(broker));
      assertThat(failure(discovery).code()).isEqualTo(ErrorCode.BROKER_CONNECT_FAILED);
      server.start();
      announceUntilHeard(discovery, "back");
      assertThat(log.with("listener connected to RabbitMQ at " + broker)).hasSize(1);
      assertThat(log.with("guest")).isEmpty();
    }
  }

  @Test
  void afterACrashAllSubscribeAgainAndTheNodesAreAskedAgain() throws Exception {
    RabbitDiscovery gateway = rabbit.discovery();
    RabbitDiscovery node = rabbit.discovery();
    gateway.listen(heard::add);
    AtomicInteger asked = new AtomicInteger();
    node.answerWith(asked::incrementAndGet);
    announceUntilHeard(node, "before");
    server.kill();
    soon().until(() -> gateway.status().failures().containsKey("listener"));
    callsReturnAtOnce(node);
    server.start();
    int before = asked.get();
    announceUntilHeard(node, "after");
    soon().until(() -> gateway.status().failures().isEmpty());
    // One that was asked before the node listened again is lost.
    soon()
        .until(
            () -> {
              gateway.ask();
              return asked.get() > before;
            });
  }

  /** The listener alone has lost its connection: the view may have missed something. */
  @Test
  void whoListensAgainAsksAgain() throws Exception {
    RabbitDiscovery gateway = rabbit.discovery();
    RabbitDiscovery node = rabbit.discovery();
    AtomicInteger asked = new AtomicInteger();
    node.answerWith(asked::incrementAndGet);
    gateway.listen(heard::add);
    announceUntilHeard(node, "before");
    soon()
        .until(
            () -> {
              gateway.ask();
              return asked.get() > 0;
            });
    // Those that are still on their way must not be taken for one of the new connection.
    AtomicInteger quiet = new AtomicInteger(-1);
    soon()
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> quiet.getAndSet(asked.get()) == asked.get());
    int before = asked.get();
    rabbit.publish(new byte[4 << 20]); // too much for a listener: it connects again
    soon().until(() -> asked.get() > before);
  }

  @Test
  void aBrokerThatHangsHoldsNobody() throws Exception {
    RabbitDiscovery gateway = rabbit.discovery();
    gateway.listen(heard::add);
    announceUntilHeard(gateway, "before");
    RabbitDiscovery leaving = rabbit.discovery();
    announceUntilHeard(leaving, "leaving");
    server.suspend();
    callsReturnAtOnce(gateway);
    endsSoon(leaving);
    soon().until(() -> gateway.status().failures().containsKey("listener"));
    server.resume();
    announceUntilHeard(gateway, "after");
  }

  /** So much that the socket is full. */
  @Test
  void aWriteThatHangsIsGivenUp() {
    BrokerStatus status = new BrokerStatus("the broker");
    try (Publisher publisher =
        new Publisher(new Broker(server.uri(), null), status, Topology.of(rabbit.exchange()))) {
      publisher.start();
      soon().until(() -> status.failures().isEmpty());
      server.suspend();
      for (int i = 0; i < 100; i++) {
        publisher.send(new Message(rabbit.exchange(), "large-" + i), new byte[500_000]);
      }
      soon().until(() -> !status.failures().isEmpty());
      server.resume();
      soon().until(() -> status.failures().isEmpty());
    }
  }

  @Test
  void aMemoryAlarmHoldsBackAllButTheNewestAndStopsNobodyElse() {
    RabbitDiscovery discovery = rabbit.discovery();
    discovery.listen(heard::add);
    announceUntilHeard(discovery, "before");
    server.memoryAlarm(true);
    try {
      AtomicInteger sequence = new AtomicInteger();
      soon()
          .pollInterval(Duration.ofMillis(20))
          .until(
              () -> {
                discovery.announce(News.of("n", "alarm", sequence.incrementAndGet()));
                return sequence.get() == 100;
              });
      callsReturnAtOnce(discovery);
      endsSoon(rabbit.discovery());
    } finally {
      server.memoryAlarm(false);
    }
    soon().until(() -> heard.contains(News.of("n", "alarm", 100)));
    assertThat(heard.stream().filter(news -> news.identity().bootId().equals("alarm")))
        .as("what was sent before the broker said that it is blocked, and the newest")
        .hasSizeLessThan(20);
    assertThat(discovery.status().failures()).as("the connections have stayed").isEmpty();
  }

  @Test
  void closingTellsTheBrokerWhatWasSaidBefore() throws Exception {
    RabbitDiscovery gateway = rabbit.discovery();
    gateway.listen(heard::add);
    RabbitDiscovery node = rabbit.discovery();
    announceUntilHeard(node, "before");
    node.announce(News.of("n", "last", 1));
    node.close();
    soon().until(() -> heard.contains(News.of("n", "last", 1)));
    assertThatCode(node::close).doesNotThrowAnyException();
  }

  @Test
  void aListenerThatHangsDoesNotHoldTheEnd() {
    RabbitDiscovery discovery = rabbit.discovery();
    CountDownLatch never = new CountDownLatch(1);
    discovery.listen(
        news -> {
          heard.add(news);
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    announceUntilHeard(discovery, "held");
    endsSoon(discovery);
  }

  private static void endsSoon(RabbitDiscovery discovery) {
    long begin = System.nanoTime();
    discovery.close();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(4));
  }

  // Refusals

  @Test
  void anExchangeOfAnotherTypeIsABindingThatFails() throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(server.uri());
    try (var connection = factory.newConnection();
        var channel = connection.createChannel()) {
      channel.exchangeDeclare(rabbit.exchange(), BuiltinExchangeType.DIRECT, true);
      RabbitDiscovery discovery = rabbit.discovery();
      soon()
          .untilAsserted(
              () ->
                  assertThat(discovery.status().failures().values())
                      .allSatisfy(
                          failure -> {
                            assertThat(failure.code()).isEqualTo(ErrorCode.BROKER_BIND_FAILED);
                            assertThat(failure.reason()).contains(rabbit.exchange());
                          }));
      channel.exchangeDelete(rabbit.exchange());
      soon().until(() -> discovery.status().failures().isEmpty());
    }
  }

  @Test
  void aWrongPasswordIsAConnectThatFailsAndIsNotRepeated() {
    String uri = server.uri().replace("guest:guest@", "guest:pa55word@");
    try (LogLines log = new LogLines();
        RabbitDiscovery discovery =
            new RabbitDiscovery(new RabbitProperties(uri, null, rabbit.exchange()))) {
      soon().until(() -> failure(discovery).reason().contains("ACCESS_REFUSED"));
      assertThat(failure(discovery).code()).isEqualTo(ErrorCode.BROKER_CONNECT_FAILED);
      assertThat(log.with("pa55word")).isEmpty();
      assertThat(log.with("ACCESS_REFUSED")).hasSize(1);
    }
  }
}
