package io.mas.api.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.NodeDocument.Cause;
import io.mas.api.nodes.VerdictWorld.Watcher;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.cluster.NodeState;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a node is lost, and when not: observers and verdicts together, second by second. */
class VerdictsTest {
  private final VerdictWorld world;

  VerdictsTest(@TempDir Path directory) {
    world = new VerdictWorld(directory.resolve("metadata"));
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void aNodeThatStaysAwayIsLostAfterFiveMinutesWithOneMoreToLose() throws Exception {
    world.gateway("gateway");
    Watcher worker = world.worker("worker");
    world.seconds(90);
    world.stop(1);
    world.seconds(295);
    assertThat(world.lost()).isZero();
    world.seconds(30);
    assertThat(world.lost(1)).isTrue();
    assertThat(VerdictWorld.verdict(world.saved(1)).cause()).isEqualTo(Cause.UNREACHABLE);
    assertThat(world.lost()).isEqualTo(1);
    assertThat(world.verdicts).hasValue(1);
    assertThat(worker.view.writable()).hasSize(5);
  }

  @Test
  void theSecondNodeIsLostAfterAMinuteForNoThirdMayBeLost() throws Exception {
    world.gateway("gateway");
    world.worker("worker");
    world.seconds(90);
    world.stop(1);
    world.stop(2);
    world.seconds(59);
    assertThat(world.lost()).isZero();
    world.seconds(30);
    assertThat(world.lost()).isEqualTo(2);
  }

  @Test
  void aRollingRestartOfAllNodesAndProcessesIsNoLoss() throws Exception {
    world.gateway("gateway-1");
    world.gateway("gateway-2");
    world.worker("worker");
    world.seconds(90);
    for (int node = 1; node <= 6; node++) {
      world.stop(node);
      world.seconds(50);
      NodeAnnouncement old = world.node(node);
      world.nodes.set(node - 1, world.news(old.identity().nodeId(), old.process(), 2));
      world.start(node);
      world.seconds(20);
    }
    for (Watcher watcher : world.watchers.toArray(Watcher[]::new)) {
      world.kill(watcher);
      world.worker(watcher.id + "-again");
      world.seconds(70);
    }
    assertThat(world.lost()).isZero();
    assertThat(world.verdicts).hasValue(0);
    assertThat(world.store.nodes()).allMatch(node -> node.suspicions().isEmpty());
  }

  /** Faults.md, rows 22 and 23: probes succeed. */
  @Test
  void aBrokerThatIsAwayIsNobodysLoss() throws Exception {
    world.gateway("gateway");
    world.worker("worker");
    world.seconds(90);
    world.broker = false;
    world.minutes(30);
    assertThat(world.lost()).isZero();
    assertThat(world.store.nodes()).allMatch(node -> node.suspicions().isEmpty());
  }

  /** What the observer must not do: it would lose what answers every probe. */
  @Test
  void silenceCountedAsFailureLosesANodeThatAnswers() throws Exception {
    Watcher worker = world.worker("worker");
    world.seconds(90);
    NodeAnnouncement node = world.node(1);
    NodeObserver.View silence =
        new NodeObserver.View() {
          private final long since = world.nanos.get();

          @Override
          public Map<NodeIdentity, Duration> failing() {
            return Map.of(node.identity(), Duration.ofNanos(world.nanos.get() - since));
          }

          @Override
          public Set<String> lost() {
            return Set.of();
          }

          @Override
          public Answer ask(String nodeId) {
            return Answer.NONE;
          }

          @Override
          public void learn(NodeDocument saved) {}
        };
    NodeObserver wrong =
        new NodeObserver(
            worker.heartbeat,
            silence,
            world.store,
            VerdictWorld.PROPERTIES,
            new Clocks(InstantSource.system(), world.nanos::get));
    boolean lost = false;
    for (int i = 0; i < 400 && !lost; i++) {
      wrong.look();
      world.seconds(1);
      lost = world.verdicts.get() > 0;
    }
    assertThat(lost).as("judged lost").isTrue();
    assertThat(worker.view.ask("node-1")).as("and it answers").isEqualTo(Answer.ITSELF);
  }

  /** Faults.md, row 21. */
  @Test
  void aNodeThatOneGatewayDoesNotReachIsNotLost() throws Exception {
    Watcher gateway = world.gateway("gateway");
    world.worker("worker");
    world.seconds(90);
    gateway.reaches(world.node(1), false);
    world.minutes(30);
    assertThat(gateway.view.suspect("node-1")).isTrue();
    assertThat(world.lost()).isZero();
  }

  @Test
  void byOneOfTwoObserversItWouldBe() throws Exception {
    Watcher gateway = world.gateway("gateway");
    Watcher worker = world.worker("worker", VerdictRule.ALL_OBSERVERS);
    world.seconds(90);
    gateway.reaches(world.node(1), false);
    world.minutes(16);
    assertThat(world.verdicts.get()).isPositive();
    assertThat(worker.view.ask("node-1")).isEqualTo(Answer.ITSELF);
  }

  @Test
  void safeModeIsSaidInTheDocumentOfTheProcess() throws Exception {
    world.gateway("gateway");
    Watcher worker = world.worker("worker");
    world.seconds(90);
    for (int node = 1; node <= 3; node++) {
      world.stop(node);
    }
    world.minutes(30);
    assertThat(world.lost()).isZero();
    worker.heartbeat.tell();
    assertThat(world.store.processes())
        .filteredOn(process -> process.id().equals("worker"))
        .singleElement()
        .satisfies(process -> assertThat(process.held()).startsWith("safe mode: 3 of 6"));
    world.start(3);
    world.minutes(2);
    assertThat(world.lost()).isEqualTo(2);
    worker.heartbeat.tell();
    assertThat(world.store.processes()).allMatch(process -> process.held().isEmpty());
  }

  @Test
  void withoutSafeModeThreeOfSixAreLost() throws Exception {
    world.gateway("gateway");
    world.worker("worker", VerdictRule.SAFE_MODE);
    world.seconds(90);
    for (int node = 1; node <= 3; node++) {
      world.stop(node);
    }
    world.minutes(2);
    assertThat(world.lost()).isEqualTo(3);
  }

  @Test
  void aNodeThatSaidThatItLeavesIsWaitedForAlthoughItWasSavedAMomentBefore() throws Exception {
    Watcher gateway = world.gateway("gateway");
    world.worker("worker");
    world.seconds(90);
    NodeAnnouncement up = world.node(1);
    gateway.view.accept(
        new NodeAnnouncement(
            up.identity(),
            2,
            1,
            up.address(),
            up.process(),
            up.host(),
            up.zone(),
            1,
            1,
            NodeState.LEAVING));
    await().until(() -> world.saved(1).announcement().state() == NodeState.LEAVING);
    world.stop(1);
    world.seconds(595);
    assertThat(world.lost()).isZero();
    world.seconds(40);
    assertThat(world.lost(1)).isTrue();
  }
}
