package io.mas.api.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.nodes.VerdictWorld.Watcher;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that start, stop and pause, metadata that are away, and clocks that are wrong. */
class VerdictRestartTest {
  private final VerdictWorld world;

  VerdictRestartTest(@TempDir Path directory) {
    world = new VerdictWorld(directory.resolve("metadata"));
  }

  @AfterEach
  void close() {
    world.close();
  }

  /** The process was stopped for an hour; what it finds is as it left it. */
  @Test
  void whoWasStoppedLooksForAMinuteBeforeItJudges() throws Exception {
    world.gateway("gateway");
    Watcher worker = world.worker("worker");
    world.seconds(90);
    worker.paused = true;
    world.seconds(30);
    Watcher unreached = world.watchers.getFirst();
    unreached.reaches(world.node(1), false);
    world.minutes(20);
    assertThat(world.saved(1).suspicions()).hasSize(1);
    worker.reaches(world.node(1), false);
    worker.paused = false;
    world.seconds(59);
    assertThat(world.lost()).isZero();
    world.minutes(6);
    assertThat(world.lost(1)).as("it agrees for long enough").isTrue();
  }

  @Test
  void whoHasJustStartedGivesNoVerdictForAMinute() throws Exception {
    Watcher old = world.gateway("old");
    world.gateway("older");
    world.seconds(60);
    world.stop(1);
    world.stop(2);
    world.minutes(30);
    world.worker("worker");
    world.seconds(58);
    assertThat(world.lost()).isZero();
    world.seconds(10);
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
    world.seconds(60);
    world.stop(1);
    world.stop(2);
    world.minutes(6);
    world.kill(one);
    world.kill(other);
    world.minutes(30);
    world.worker("worker", without);
    world.seconds(9);
    assertThat(world.lost()).isEqualTo(expected);
    world.start(1);
    world.start(2);
    world.minutes(5);
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
    world.seconds(90);
    world.stop(1);
    world.stop(2);
    world.seconds(20);
    world.metadataAnswer = false;
    world.minutes(10);
    world.metadataAnswer = true;
    world.seconds(55);
    assertThat(world.lost()).isZero();
    world.seconds(10);
    assertThat(world.lost()).isEqualTo(2);
  }

  /** Everybody else is thought dead after the outage, if nobody waits until they have spoken. */
  @Test
  void afterAnOutageAWorkerIsNotAloneBecauseItSpeaksFirst() throws Exception {
    Watcher gateway = world.gateway("gateway");
    Watcher worker = world.worker("worker");
    world.seconds(90);
    worker.reaches(world.node(1), false);
    worker.reaches(world.node(2), false);
    world.seconds(20);
    world.metadataAnswer = false;
    world.minutes(10);
    world.metadataAnswer = true;
    world.minutes(10);
    assertThat(world.lost()).isZero();
    assertThat(gateway.view.writable()).hasSize(6);
  }

  @Test
  void clocksThatAreWrongByAnHourNeitherHastenNorHinderAVerdict() throws Exception {
    Watcher gateway = world.gateway("gateway");
    Watcher worker = world.worker("worker");
    gateway.wrongBy = -3_600_000;
    world.seconds(90);
    world.stop(1);
    world.seconds(60);
    worker.wrongBy = 3_600_000;
    world.seconds(60);
    worker.wrongBy = -7_200_000;
    world.seconds(170);
    assertThat(world.lost()).isZero();
    world.seconds(30);
    assertThat(world.lost(1)).isTrue();
  }
}
