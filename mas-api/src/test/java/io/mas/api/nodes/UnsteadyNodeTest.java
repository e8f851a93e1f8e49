package io.mas.api.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeState;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that crashes again and again, and one that is restarted again and again. */
class UnsteadyNodeTest {
  private final VerdictWorld world;
  private long life = 1;

  UnsteadyNodeTest(@TempDir Path directory) {
    world = new VerdictWorld(directory.resolve("metadata"));
  }

  @AfterEach
  void close() {
    world.close();
  }

  private void begin(VerdictRule without) throws InterruptedException {
    world.gateway("gateway", without);
    world.worker("worker", without);
    world.seconds(90);
  }

  /** Node 1 is down for so long, and up again in a new life. */
  private void restart(long down, long up) throws InterruptedException {
    world.stop(1);
    world.seconds(down);
    world.nodes.set(0, world.news("node-1", "process-1", ++life));
    world.start(1);
    world.seconds(up);
  }

  private int verdictsAfter(int restarts, long down, long up) throws InterruptedException {
    for (int i = 0; i < restarts; i++) {
      restart(down, up);
    }
    return world.verdicts.get();
  }

  /** What is waited for is five minutes, with one more to lose. */
  @Test
  void aNodeThatCrashesAgainAndAgainIsLostWhenItWasAwayForLongEnoughInAll() throws Exception {
    begin(VerdictRule.SAFE_MODE); // which has no part in it
    assertThat(verdictsAfter(4, 60, 30)).as("after four minutes").isZero();
    assertThat(verdictsAfter(2, 60, 30)).as("after six").isPositive();
    assertThat(world.lost()).as("while it is up").isZero();
    world.stop(1);
    world.seconds(10);
    assertThat(world.lost(1)).as("when it falls silent again").isTrue();
  }

  /** Its shards are away two thirds of the time, for ever, and nobody rebuilds them. */
  @Test
  void withoutThatItIsNeverLost() throws Exception {
    begin(VerdictRule.STEADY);
    assertThat(verdictsAfter(60, 60, 30)).isZero();
  }

  @Test
  void aNodeThatWasUpForTwoMinutesHasAllItsTimeAgain() throws Exception {
    begin(VerdictRule.SAFE_MODE);
    assertThat(verdictsAfter(20, 60, 125)).isZero();
  }

  /** A roll-out that is taken back at once: each node restarts twice within two minutes. */
  @Test
  void aRollingRestartThatIsRepeatedIsNoLoss() throws Exception {
    begin(VerdictRule.SAFE_MODE);
    for (int round = 0; round < 2; round++) {
      for (int number = 1; number <= 6; number++) {
        world.stop(number);
        world.seconds(50);
        NodeAnnouncement old = world.node(number);
        world.nodes.set(
            number - 1,
            world.news(old.identity().nodeId(), old.process(), old.identity().counter() + 1));
        world.start(number);
        world.seconds(1);
      }
    }
    assertThat(world.verdicts).hasValue(0);
    assertThat(world.store.nodes()).allMatch(node -> node.suspicions().isEmpty());
  }

  private void leave() {
    NodeAnnouncement up = world.node(1);
    world.watchers.forEach(
        watcher ->
            watcher.view.accept(
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
                    NodeState.LEAVING)));
    await().until(() -> world.saved(1).announcement().state() == NodeState.LEAVING);
  }

  private int verdictsAfterLeaving(VerdictRule without) throws InterruptedException {
    begin(without);
    assertThat(verdictsAfter(4, 60, 30)).isZero();
    leave();
    world.stop(1);
    world.seconds(595);
    return world.verdicts.get();
  }

  @Test
  void aPlannedRestartOfANodeThatHasCrashedHasItsTenMinutes() throws Exception {
    assertThat(verdictsAfterLeaving(VerdictRule.SAFE_MODE)).isZero();
    world.seconds(20);
    assertThat(world.lost(1)).isTrue();
  }

  @Test
  void withoutThatItWouldBeLost() throws Exception {
    assertThat(verdictsAfterLeaving(VerdictRule.LEAVING)).isPositive();
  }

  /** Its liveness probe fails, so that it is stopped in an orderly way each time. */
  @Test
  void aNodeThatIsStoppedAgainAndAgainIsLostAfterTenMinutesInAll() throws Exception {
    begin(VerdictRule.SAFE_MODE);
    for (int i = 0; i < 9; i++) {
      leave();
      restart(60, 30);
    }
    assertThat(world.verdicts).as("after nine minutes").hasValue(0);
    leave();
    restart(60, 30);
    leave();
    restart(60, 30);
    assertThat(world.verdicts.get()).as("after eleven").isPositive();
  }
}
