package io.mas.api.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.NodeDocument.Cause;
import io.mas.api.metadata.NodeDocument.Lost;
import io.mas.api.metadata.NodeDocument.Progress;
import io.mas.api.metadata.NodeDocument.Suspicion;
import io.mas.api.metadata.ProcessDocument;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.VerdictWorld.Watcher;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.cluster.NodeState;
import io.mas.common.object.Layout;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Observers and verdicts together, second by second. */
class VerdictsTest {
  private final VerdictWorld world;

  VerdictsTest(@TempDir Path directory) {
    world = new VerdictWorld(directory.resolve("metadata"));
  }

  @AfterEach
  void close() {
    world.close();
  }

  private void seconds(long count) throws InterruptedException {
    world.pass(Duration.ofSeconds(count));
  }

  private void minutes(long count) throws InterruptedException {
    world.pass(Duration.ofMinutes(count));
  }

  private static Lost verdict(NodeDocument node) {
    return Optional.ofNullable(node.lost()).orElseThrow();
  }

  // Observers

  @Test
  void aSuspicionIsSavedAtOnceThenSeldomAndTakenBackWhenTheNodeAnswers() throws Exception {
    Watcher gateway = world.gateway("gateway");
    seconds(10);
    world.stop(1);
    seconds(6);
    NodeDocument first = world.saved(1);
    assertThat(first.suspicions()).extracting(Suspicion::observer).containsExactly("gateway");
    assertThat(gateway.view.suspect("node-1")).isTrue();
    seconds(60);
    NodeDocument later = world.saved(1);
    assertThat(later.version() - first.version()).as("writes in a minute").isEqualTo(4);
    Suspicion suspicion = later.suspicions().getFirst();
    assertThat(suspicion.since()).isEqualTo(first.suspicions().getFirst().since());
    assertThat(suspicion.lasts()).isBetween(Duration.ofSeconds(45), Duration.ofSeconds(66));
    world.start(1);
    seconds(3);
    assertThat(world.saved(1).suspicions()).isEmpty();
    assertThat(world.saved(2).suspicions()).isEmpty();
  }

  @Test
  void aNewLifeIsUnsuspected() throws Exception {
    world.gateway("gateway");
    seconds(10);
    world.stop(1);
    seconds(10);
    assertThat(world.saved(1).suspicions()).hasSize(1);
    world.nodes.set(0, world.news("node-1", "process-1", 2));
    world.start(1);
    seconds(3);
    assertThat(world.saved(1).suspicions()).isEmpty();
  }

  @Test
  void whatAProcessThatHasDiedSaidDoesNotCount() throws Exception {
    Watcher dies = world.gateway("dies");
    world.worker("worker");
    seconds(90);
    dies.reaches(world.node(1), false);
    seconds(20);
    assertThat(world.saved(1).suspicions()).hasSize(1);
    world.kill(dies);
    minutes(30);
    assertThat(world.lost()).isZero();
  }

  @Test
  void aProcessSaysThatItIsThereAndIsRemovedWhenItEnds() throws Exception {
    Watcher gateway = world.gateway("gateway");
    Watcher worker = world.worker("worker");
    seconds(20);
    assertThat(world.store.processes())
        .allMatch(ProcessDocument::observes)
        .extracting(ProcessDocument::id)
        .containsExactlyInAnyOrder("gateway", "worker");
    gateway.heartbeat.close();
    assertThat(world.store.processes()).extracting(ProcessDocument::id).containsExactly(worker.id);
  }

  @Test
  void whoHasSaidNothingForAnHourIsForgotten() throws Exception {
    Watcher gateway = world.gateway("gateway");
    world.worker("worker");
    seconds(20);
    world.kill(gateway);
    minutes(59);
    assertThat(world.store.processes()).hasSize(2);
    minutes(2);
    assertThat(world.store.processes()).extracting(ProcessDocument::id).containsExactly("worker");
  }

  // Verdicts

  @Test
  void aNodeThatStaysAwayIsLostAfterFiveMinutesWithOneMoreToLose() throws Exception {
    world.gateway("gateway");
    Watcher worker = world.worker("worker");
    seconds(90);
    world.stop(1);
    seconds(295);
    assertThat(world.lost()).isZero();
    seconds(30);
    assertThat(world.lost(1)).isTrue();
    assertThat(verdict(world.saved(1)).cause()).isEqualTo(Cause.UNREACHABLE);
    assertThat(world.lost()).isEqualTo(1);
    assertThat(world.verdicts).hasValue(1);
    assertThat(worker.view.writable()).hasSize(5);
  }

  @Test
  void theSecondNodeIsLostAfterAMinuteForNoThirdMayBeLost() throws Exception {
    world.gateway("gateway");
    world.worker("worker");
    seconds(90);
    world.stop(1);
    world.stop(2);
    seconds(59);
    assertThat(world.lost()).isZero();
    seconds(30);
    assertThat(world.lost()).isEqualTo(2);
  }

  @Test
  void aRollingRestartOfAllNodesAndProcessesIsNoLoss() throws Exception {
    world.gateway("gateway-1");
    world.gateway("gateway-2");
    world.worker("worker");
    seconds(90);
    for (int node = 1; node <= 6; node++) {
      world.stop(node);
      seconds(50);
      NodeAnnouncement old = world.node(node);
      world.nodes.set(node - 1, world.news(old.identity().nodeId(), old.process(), 2));
      world.start(node);
      seconds(20);
    }
    for (Watcher watcher : world.watchers.toArray(Watcher[]::new)) {
      world.kill(watcher);
      world.worker(watcher.id + "-again");
      seconds(70);
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
    seconds(90);
    world.broker = false;
    minutes(30);
    assertThat(world.lost()).isZero();
    assertThat(world.store.nodes()).allMatch(node -> node.suspicions().isEmpty());
  }

  /** What the observer must not do: it would lose what answers every probe. */
  @Test
  void silenceCountedAsFailureLosesANodeThatAnswers() throws Exception {
    Watcher worker = world.worker("worker");
    seconds(90);
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
          public boolean answers(String nodeId) {
            return false;
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
      seconds(1);
      lost = world.verdicts.get() > 0;
    }
    assertThat(lost).as("judged lost").isTrue();
    assertThat(worker.view.answers("node-1")).as("and it answers").isTrue();
  }

  /** Faults.md, row 21. */
  @Test
  void aNodeThatOneGatewayDoesNotReachIsNotLost() throws Exception {
    Watcher gateway = world.gateway("gateway");
    world.worker("worker");
    seconds(90);
    gateway.reaches(world.node(1), false);
    minutes(30);
    assertThat(gateway.view.suspect("node-1")).isTrue();
    assertThat(world.lost()).isZero();
  }

  @Test
  void byOneOfTwoObserversItWouldBe() throws Exception {
    Watcher gateway = world.gateway("gateway");
    Watcher worker = world.worker("worker", VerdictRule.ALL_OBSERVERS);
    seconds(90);
    gateway.reaches(world.node(1), false);
    minutes(16);
    assertThat(world.verdicts.get()).isPositive();
    assertThat(worker.view.answers("node-1")).isTrue();
  }

  @Test
  void anIdleGatewayThatHearsANodeAsksItWhenOthersSuspectIt() throws Exception {
    Watcher gateway = world.gateway("gateway");
    Watcher worker = world.worker("worker");
    seconds(90);
    worker.reaches(world.node(1), false);
    long asked = gateway.links.asked.get();
    seconds(60);
    assertThat(gateway.links.asked.get()).isGreaterThan(asked);
    assertThat(gateway.view.suspect("node-1")).isFalse();
  }

  // Restarts and outages

  /** The process was stopped for an hour; what it finds is as it left it. */
  @Test
  void whoWasStoppedLooksForAMinuteBeforeItJudges() throws Exception {
    world.gateway("gateway");
    Watcher worker = world.worker("worker");
    seconds(90);
    worker.paused = true;
    seconds(30);
    Watcher unreached = world.watchers.getFirst();
    unreached.reaches(world.node(1), false);
    minutes(20);
    assertThat(world.saved(1).suspicions()).hasSize(1);
    worker.reaches(world.node(1), false);
    worker.paused = false;
    seconds(59);
    assertThat(world.lost()).isZero();
    minutes(6);
    assertThat(world.lost(1)).as("it agrees for long enough").isTrue();
  }

  @Test
  void whoHasJustStartedGivesNoVerdictForAMinute() throws Exception {
    Watcher old = world.gateway("old");
    world.gateway("older");
    seconds(60);
    world.stop(1);
    world.stop(2);
    minutes(30);
    world.worker("worker");
    seconds(58);
    assertThat(world.lost()).isZero();
    seconds(10);
    assertThat(world.lost()).isEqualTo(2);
    assertThat(old.view.suspect("node-1")).isTrue();
  }

  /**
   * Nodes 1 and 2 were down when the power failed, half an hour ago. All is switched on at once;
   * those two need ten seconds, and what two gateways last said of them is still there.
   */
  private void assertLostAtStart(VerdictRule without, long expected) throws Exception {
    Watcher one = world.gateway("gateway-1");
    Watcher other = world.gateway("gateway-2");
    seconds(60);
    world.stop(1);
    world.stop(2);
    minutes(6);
    world.kill(one);
    world.kill(other);
    minutes(30);
    world.worker("worker", without);
    seconds(9);
    assertThat(world.lost()).isEqualTo(expected);
    world.start(1);
    world.start(2);
    minutes(5);
    assertThat(world.verdicts).hasValue((int) expected);
  }

  @Test
  void whatTheDeadHaveSaidIsNotBelieved() throws Exception {
    assertLostAtStart(VerdictRule.LEAVING, 0); // which has no part in it
  }

  @Test
  void byOneThatDoesNotWaitAfterItsStartItWouldBe() throws Exception {
    assertLostAtStart(VerdictRule.SETTLED, 2);
  }

  @Test
  void whileTheMetadataAreAwayAndForAMinuteAfterThereIsNoVerdict() throws Exception {
    world.gateway("gateway");
    world.worker("worker");
    seconds(90);
    world.stop(1);
    world.stop(2);
    seconds(20);
    world.metadataAnswer = false;
    minutes(10);
    world.metadataAnswer = true;
    seconds(55);
    assertThat(world.lost()).isZero();
    seconds(10);
    assertThat(world.lost()).isEqualTo(2);
  }

  /** Everybody else is thought dead after the outage, if nobody waits until they have spoken. */
  @Test
  void afterAnOutageAWorkerIsNotAloneBecauseItSpeaksFirst() throws Exception {
    Watcher gateway = world.gateway("gateway");
    Watcher worker = world.worker("worker");
    seconds(90);
    worker.reaches(world.node(1), false);
    worker.reaches(world.node(2), false);
    seconds(20);
    world.metadataAnswer = false;
    minutes(10);
    world.metadataAnswer = true;
    minutes(10);
    assertThat(world.lost()).isZero();
    assertThat(gateway.view.writable()).hasSize(6);
  }

  @Test
  void clocksThatAreWrongByAnHourNeitherHastenNorHinderAVerdict() throws Exception {
    Watcher gateway = world.gateway("gateway");
    Watcher worker = world.worker("worker");
    gateway.wrongBy = -3_600_000;
    seconds(90);
    world.stop(1);
    seconds(60);
    worker.wrongBy = 3_600_000;
    seconds(60);
    worker.wrongBy = -7_200_000;
    seconds(170);
    assertThat(world.lost()).isZero();
    seconds(30);
    assertThat(world.lost(1)).isTrue();
  }

  @Test
  void safeModeIsSaidInTheDocumentOfTheProcess() throws Exception {
    world.gateway("gateway");
    Watcher worker = world.worker("worker");
    seconds(90);
    for (int node = 1; node <= 3; node++) {
      world.stop(node);
    }
    minutes(30);
    assertThat(world.lost()).isZero();
    worker.heartbeat.tell();
    assertThat(world.store.processes())
        .filteredOn(process -> process.id().equals("worker"))
        .singleElement()
        .satisfies(process -> assertThat(process.held()).startsWith("safe mode: 3 of 6"));
    world.start(3);
    minutes(2);
    assertThat(world.lost()).isEqualTo(2);
    worker.heartbeat.tell();
    assertThat(world.store.processes()).allMatch(process -> process.held().isEmpty());
  }

  @Test
  void withoutSafeModeThreeOfSixAreLost() throws Exception {
    world.gateway("gateway");
    world.worker("worker", VerdictRule.SAFE_MODE);
    seconds(90);
    for (int node = 1; node <= 3; node++) {
      world.stop(node);
    }
    minutes(2);
    assertThat(world.lost()).isEqualTo(3);
  }

  @Test
  void aNodeThatSaidThatItLeavesIsWaitedForAlthoughItWasSavedAMomentBefore() throws Exception {
    Watcher gateway = world.gateway("gateway");
    world.worker("worker");
    seconds(90);
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
    seconds(595);
    assertThat(world.lost()).isZero();
    seconds(40);
    assertThat(world.lost(1)).isTrue();
  }

  // A lost node that returns

  @Test
  void aLostNodeThatAnswersAgainIsNotLost() throws Exception {
    Watcher gateway = world.gateway("gateway");
    Watcher worker = world.worker("worker");
    seconds(90);
    world.stop(1);
    minutes(6);
    assertThat(world.lost(1)).isTrue();
    gateway.view.reload();
    assertThat(gateway.view.standings().getFirst().lost()).isTrue();
    assertThat(gateway.view.readLast("node-1")).isTrue();
    world.start(1);
    seconds(5);
    assertThat(world.lost()).isZero();
    assertThat(worker.view.writable()).hasSize(6);
    seconds(30);
    assertThat(gateway.view.writable()).hasSize(6);
    assertThat(world.saved(1).suspicions()).isEmpty();
  }

  @Test
  void aLostNodeThatBeginsANewLifeIsNotLost() throws Exception {
    world.gateway("gateway");
    world.worker("worker");
    seconds(90);
    world.stop(1);
    minutes(6);
    world.nodes.set(0, world.news("node-1", "process-1", 2));
    world.start(1);
    seconds(5);
    assertThat(world.lost()).isZero();
  }

  @Test
  void anAnnouncementAloneDoesNotBringALostNodeBack() throws Exception {
    Watcher gateway = world.gateway("gateway");
    world.worker("worker");
    seconds(90);
    world.stop(1);
    minutes(6);
    gateway.view.accept(world.node(1));
    seconds(5);
    assertThat(world.lost(1)).isTrue();
  }

  @Test
  void aRestoredNodeIsForgottenUntilItAnswers() throws Exception {
    Watcher worker = world.worker("worker");
    seconds(90);
    world.stop(1);
    minutes(6);
    NodeDocument lost = world.saved(1);
    Layout layout = Layout.of(2, 2, 1 << 20);
    assertThat(worker.view.mayFail(layout)).isEqualTo(1);
    assertThat(world.store.compareAndSetNode(lost.lost(verdict(lost).at(Progress.RESTORED))))
        .isEqualTo(WriteOutcome.APPLIED);
    worker.view.reload();
    assertThat(worker.view.mayFail(layout)).as("of the other five").isEqualTo(2);
    world.start(1);
    seconds(40);
    assertThat(world.lost()).isZero();
  }

  // A volume that was emptied

  private void replace(int number) throws InterruptedException {
    world.stop(number);
    NodeAnnouncement old = world.node(number);
    world.nodes.set(number - 1, world.news("new-" + number, old.process(), 1));
    world.start(number);
  }

  @Test
  void aNodeWhoseVolumeWasEmptiedIsLostAtOnce() throws Exception {
    world.gateway("gateway");
    Watcher worker = world.worker("worker");
    seconds(90);
    replace(1);
    seconds(4);
    NodeDocument former = world.store.node("node-1").orElseThrow();
    assertThat(verdict(former).cause()).isEqualTo(Cause.REPLACED);
    assertThat(world.lost()).isEqualTo(1);
    assertThat(worker.view.writable()).extracting(Member::id).contains("new-1").hasSize(6);
  }

  /** The whole store was stopped, a folder emptied, and all started again. */
  @Test
  void aVolumeThatWasEmptiedWhileAllWasAwayIsLostAtOnceWhenAllIsBack() throws Exception {
    Watcher before = world.worker("before");
    seconds(90);
    before.heartbeat.close();
    world.kill(before);
    Watcher worker = world.worker("worker");
    replace(1);
    seconds(5);
    assertThat(world.lost()).isEqualTo(1);
    assertThat(worker.view.writable()).hasSize(6);
  }

  @Test
  void twoNodesUnderOneNameAreBothKept() throws Exception {
    world.gateway("gateway");
    world.worker("worker");
    seconds(90);
    world.nodes.add(world.news("twin", "process-1", 1));
    world.start(7);
    seconds(10);
    assertThat(world.saved(7).replaces()).as("the other has answered").isEmpty();
    world.stop(1);
    seconds(30);
    assertThat(world.lost()).isZero();
  }

  /** Volumes 1 and 2 are swapped: each is known by its identity, and neither is new. */
  @Test
  void swappedVolumesAreTheSameNodesElsewhere() throws Exception {
    world.gateway("gateway");
    world.worker("worker");
    seconds(90);
    world.stop(1);
    world.stop(2);
    world.nodes.set(0, world.news("node-1", "process-2", 2));
    world.start(1);
    seconds(30);
    assertThat(world.lost()).as("node 2 is still away, and node 1 has its name").isZero();
    world.nodes.set(1, world.news("node-2", "process-1", 2));
    world.start(2);
    seconds(30);
    assertThat(world.lost()).isZero();
    assertThat(world.store.nodes()).allMatch(node -> node.suspicions().isEmpty());
  }

  /** The node is there, but as it was yesterday: what it was given since is gone. */
  @Test
  void anOldBackupInTheNodesPlaceDoesNotKeepItAlive() throws Exception {
    Watcher worker = world.worker("worker");
    world.nodes.set(0, world.news("node-1", "process-1", 5));
    world.start(1);
    seconds(90);
    assertThat(world.saved(1).announcement().identity().counter()).isEqualTo(5);
    world.nodes.set(0, world.news("node-1", "process-1", 4));
    world.start(1);
    minutes(6);
    assertThat(world.lost(1)).isTrue();
    assertThat(worker.view.writable()).hasSize(5);
  }
}
