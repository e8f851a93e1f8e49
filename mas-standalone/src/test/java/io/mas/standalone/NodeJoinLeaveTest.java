package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.dev.cluster.ClusterProcess;
import io.mas.dev.cluster.DevCluster;
import io.mas.dev.cluster.Endpoint;
import io.mas.standalone.MasClient.Answer;
import io.mas.standalone.SharedCluster.Running;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Nodes that join, die, hang, return, and move, with no traffic that would tell the gateways of it
 * but what a test sends.
 */
@ExtendWith(SharedCluster.class)
class NodeJoinLeaveTest {
  /** What the issue asks for of a node that joins or dies. */
  private static final Duration SOON = Duration.ofSeconds(5);

  /** Time-outs are measured in the best of so many: the machine may be busy with other things. */
  private static final int TRIES = 3;

  /** {@code mas.object.hedge-after} */
  private static final Duration HEDGE = Duration.ofMillis(500);

  /** Enough that most of them have a data shard, which is read first, on any one node. */
  private static final int FILES = 10;

  /** Requests that put a shard on a node, and got no answer. */
  private static final Pattern LOST_PUTS =
      Pattern.compile(
          "(?m)^mas_shards_requests_seconds_count\\{[^}]*operation=\"put\",result=\"unanswered\"} (\\S+)$");

  private final Running running;
  private final DevCluster cluster;
  private final BothGateways both;

  NodeJoinLeaveTest(Running running) {
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

  /** It is gone afterwards, and its shards of the files of this test with it; they are read. */
  @Test
  void aNodeThatJoinsIsUsedWithin5Seconds() {
    Path volume = running.data().resolve("node-that-joins");
    List<Content> files = both.store();
    try (ExtraProcess _ = ExtraProcess.node(running, volume)) {
      Duration used = both.awaitUsed(List.of(volume), System.nanoTime());
      System.out.printf(
          "a node that joined: used by both gateways after %s%n", Tried.seconds(used));
      assertThat(used).isLessThan(SOON);
      files.addAll(both.store());
    }
    both.assertReadBack(files);
  }

  @Test
  void aNodeThatIsKilledIsAvoidedWithin5SecondsAndUsedWhenItReturns() {
    ClusterProcess node = cluster.node(3);
    Duration avoided = Duration.ofDays(1);
    for (int i = 0; i < TRIES && avoided.compareTo(SOON) >= 0; i++) {
      cluster.heal();
      long killed = System.nanoTime();
      node.kill();
      avoided = both.awaitNodes(live -> !live.contains(authority(node)), killed);
    }
    System.out.printf("a killed node: avoided by both gateways after %s%n", Tried.seconds(avoided));
    assertThat(avoided).isLessThan(SOON);
    double lost = lostPuts();
    both.assertReadBack(both.store());
    assertThat(lostPuts()).as("shards sent to the dead node").isEqualTo(lost);
    node.start();
    Duration used = both.awaitUsed(List.of(cluster.nodeData(3)), System.nanoTime());
    System.out.printf(
        "a node that returned: used by both gateways after %s%n", Tried.seconds(used));
  }

  private static String authority(ClusterProcess process) {
    return process.address().getAuthority();
  }

  private double lostPuts() {
    return cluster.gateways().stream()
        .map(gateway -> Endpoint.read(gateway.management().resolve("/metrics"), ""))
        .flatMap(metrics -> LOST_PUTS.matcher(metrics).results())
        .mapToDouble(line -> Double.parseDouble(line.group(1)))
        .sum();
  }

  /** The control of what is counted above, too: here a shard gets no answer. */
  @Test
  void anUploadWhoseNodeIsKilledGoesOnElsewhere() {
    double lost = lostPuts();
    Content file = BothGateways.fresh(12 << 20);
    Content killing = file.interrupted(6L << 20, cluster.node(4)::kill);
    MasClient gateway = both.clients().getFirst();
    assertThat(gateway.single(gateway.uploadToken(file.hash()), killing)).matches(Answer::ok);
    assertThat(lostPuts()).isGreaterThan(lost);
    both.assertReadBack(List.of(file));
  }

  @Test
  void aNodeThatIsKilledSlowsDownOneReadAtMost() {
    ClusterProcess node = cluster.node(5);
    assertOneSlowReadAtMost("killed", node::kill, node::start);
  }

  @Test
  void aNodeThatHangsSlowsDownOneReadAtMost() {
    ClusterProcess node = cluster.node(5);
    assertOneSlowReadAtMost("hanging", node::suspend, node::resume);
  }

  private void assertOneSlowReadAtMost(String how, Runnable begin, Runnable end) {
    List<Duration> slow = List.of();
    int tries = 0;
    do {
      both.awaitWhole();
      List<Content> files =
          IntStream.range(0, FILES)
              .mapToObj(_ -> BothGateways.store(both.clients().getLast()))
              .toList();
      both.assertReadBack(files);
      begin.run();
      slow = slowReads(files);
      end.run();
    } while (slow.size() > 1 && ++tries < TRIES);
    System.out.printf(
        "a %s node: of %d reads these were slow: %s%n",
        how, FILES, slow.stream().map(Tried::seconds).toList());
    assertThat(slow).hasSizeLessThanOrEqualTo(1);
  }

  /** How long those took that waited for a hedge. */
  private List<Duration> slowReads(List<Content> files) {
    MasClient gateway = both.clients().getFirst();
    List<EachRequest> requests = files.stream().map(file -> EachRequest.of(gateway, file)).toList();
    return requests.stream()
        .map(request -> request.served().get())
        .map(Tried::took)
        .filter(took -> took.compareTo(HEDGE) >= 0)
        .toList();
  }

  @Test
  void aNodeOnANewAddressIsFound() {
    List<Content> files = both.store();
    ClusterProcess node = cluster.node(6);
    node.stop();
    try (ExtraProcess moved = ExtraProcess.node(running, cluster.nodeData(6))) {
      String address = moved.address().getAuthority();
      Duration found =
          both.awaitNodes(
              live -> live.contains(address) && !live.contains(authority(node)), System.nanoTime());
      System.out.printf(
          "a node on a new address: found by both gateways after %s%n", Tried.seconds(found));
      both.awaitUsed(List.of(cluster.nodeData(6)), System.nanoTime());
      cluster.node(1).suspend();
      cluster.node(2).suspend();
      both.assertReadBack(files); // of four nodes that answer every one is needed
    }
  }
}
