package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.dev.cluster.ClusterProcess;
import io.mas.dev.cluster.DevCluster;
import io.mas.standalone.SharedCluster.Running;
import io.mas.standalone.load.Down;
import io.mas.standalone.load.MixedLoad;
import io.mas.standalone.load.MixedLoad.Settings;
import io.mas.standalone.load.Outages.Outage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * RabbitMQ killed and away for a while: no request of a client needs it, nodes that the gateways
 * know are found directly, and those that they do not know when it is back.
 */
@ExtendWith(SharedCluster.class)
class BrokerOutageTest {
  /** Few enough that a busy machine has no reason to refuse one. */
  private static final int CLIENTS = 6;

  private static final Duration PAUSE = Duration.ofMillis(300);

  private final Running running;
  private final DevCluster cluster;
  private final BothGateways both;

  BrokerOutageTest(Running running) {
    this.running = running;
    this.cluster = running.cluster();
    this.both = new BothGateways(running);
  }

  /** Gateways that have just started are slow; that is not what is measured. */
  @BeforeEach
  void warmUp() {
    both.awaitWhole();
  }

  @AfterEach
  void heal() {
    cluster.heal();
    both.close();
  }

  @Test
  void noTransferNeedsTheBroker() throws Exception {
    transfersGoOn(Duration.ofSeconds(20));
  }

  @Test
  @Tag("soak")
  void noTransferNeedsTheBrokerForLong() throws Exception {
    transfersGoOn(Duration.ofSeconds(Long.getLong("mas.outage.seconds", 90)));
  }

  /** Everything that clients do, through both gateways; the load deletes files of its own only. */
  private void transfersGoOn(Duration away) throws Exception {
    List<Content> files = both.store();
    List<Path> shards = both.settledShards();
    MixedLoad load = new MixedLoad(Settings.of(CLIENTS, PAUSE).withRecovery(Duration.ZERO));
    load.during(
        both.clients(),
        () -> {
          cluster.rabbitmq().kill();
          Outage outage = load.outages().begin(Down.RABBITMQ);
          pass(away);
          cluster.rabbitmq().start();
          outage.end();
        });
    System.out.printf(
        "RabbitMQ away for %s: %s%n%s%n",
        Tried.seconds(away), load.check(both.clients()), load.report());
    assertThat(load.violations()).as("mas.seed=%d", load.seed()).isEmpty();
    assertThat(load.acknowledged()).isGreaterThan(CLIENTS);
    assertThat(shards).isNotEmpty().allMatch(Files::exists);
    both.assertReadBack(files);
  }

  /** The node by direct probes of its address, the gateway by what is saved of the nodes. */
  @Test
  void aNodeAndAGatewayThatStartMeanwhileNeedNoBroker() {
    cluster.rabbitmq().kill();
    cluster.node(1).kill();
    cluster.node(1).start();
    Duration used = both.awaitUsed(List.of(cluster.nodeData(1)), System.nanoTime());
    System.out.printf(
        "RabbitMQ away: a node that started again, used by both gateways after %s%n",
        Tried.seconds(used));
    try (ExtraProcess gateway = ExtraProcess.gateway(running);
        MasClient third = new MasClient(gateway.address(), cluster.systemToken())) {
      both.assertReadBack(List.of(BothGateways.store(third)));
      assertThat(third.signal())
          .containsAll(cluster.nodes().stream().map(BrokerOutageTest::authority).toList());
    }
  }

  private static String authority(ClusterProcess process) {
    return process.address().getAuthority();
  }

  @Test
  void aNodeThatNobodyHeardOfIsFoundWhenTheBrokerIsBack() {
    cluster.rabbitmq().kill();
    cluster.node(2).stop();
    try (ExtraProcess moved = ExtraProcess.node(running, cluster.nodeData(2))) {
      String address = moved.address().getAuthority();
      cluster.rabbitmq().start();
      long back = System.nanoTime();
      Duration found = both.awaitNodes(live -> live.contains(address), back);
      Duration used = both.awaitUsed(List.of(cluster.nodeData(2)), back);
      System.out.printf(
          "RabbitMQ back: a node on a new address, found by both gateways after %s, used after %s%n",
          Tried.seconds(found), Tried.seconds(used));
    }
  }

  private static void pass(Duration time) {
    long begin = System.nanoTime();
    await().atMost(time.multipliedBy(2)).until(() -> Tried.since(begin).compareTo(time) > 0);
  }
}
