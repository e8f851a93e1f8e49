package io.mas.api.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.nodes.VerdictWorld.Watcher;
import io.mas.common.cluster.NodeAnnouncement;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each rule by which a copy or an old backup is refused: what happens with it, and the harm when it
 * is left out. The node of the accepted life is gone, and what is in its place lacks all that the
 * node was given since: whoever takes the one for the other restores nothing.
 */
class IdentityRuleTest {
  @TempDir Path directory;
  private int worlds;

  @Test
  void aLowerCounterIsACopy() throws Exception {
    assertThat(isMissed(IdentityRule.ALL, 4, 100)).isTrue();
    assertThat(isMissed(IdentityRule.without(IdentityRule.COUNTER_RISES), 4, 100))
        .as("a stale identity is accepted, and the node's shards are not restored")
        .isFalse();
  }

  @Test
  void aHigherCounterWithALowerLogIsAnOldBackup() throws Exception {
    assertThat(isMissed(IdentityRule.ALL, 6, 99)).isTrue();
    assertThat(isMissed(IdentityRule.without(IdentityRule.LOG_GOES_ON), 6, 99))
        .as("an old backup is accepted, and what was written since is not restored")
        .isFalse();
  }

  /** Whatever the rules, a node that goes on from the accepted life is the same node. */
  @Test
  void aLifeThatGoesOnIsNot() throws Exception {
    assertThat(isMissed(IdentityRule.ALL, 6, 100)).isFalse();
  }

  /** Whether a node with counter 5 and 100 records is lost when another life takes its place. */
  private boolean isMissed(Set<IdentityRule> rules, long counter, long records) throws Exception {
    try (VerdictWorld world = new VerdictWorld(directory.resolve("world-" + worlds++))) {
      Watcher worker = world.worker("worker", rules);
      place(world, 5, 100);
      world.pass(Duration.ofSeconds(90));
      assertThat(world.saved(1).announcement().identity().counter()).isEqualTo(5);
      place(world, counter, records);
      world.pass(Duration.ofMinutes(6));
      boolean lost = world.lost(1);
      assertThat(worker.view.writable()).hasSize(lost ? 5 : 6);
      return lost;
    }
  }

  private static void place(VerdictWorld world, long counter, long records) {
    NodeAnnouncement said = world.news("node-1", "process-1", counter);
    world.nodes.set(0, with(said, records));
    world.start(1);
  }

  private static NodeAnnouncement with(NodeAnnouncement said, long records) {
    return new NodeAnnouncement(
        said.identity(),
        said.sequence(),
        records,
        said.address(),
        said.process(),
        said.host(),
        said.zone(),
        said.capacityBytes(),
        said.freeBytes(),
        said.state());
  }
}
