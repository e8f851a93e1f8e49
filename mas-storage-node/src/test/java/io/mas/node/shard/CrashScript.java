package io.mas.node.shard;

import static io.mas.node.shard.Shards.assertHolds;
import static io.mas.node.shard.Shards.assertRefused;
import static io.mas.node.shard.Shards.commit;
import static io.mas.node.shard.Shards.commits;
import static io.mas.node.shard.Shards.key;
import static io.mas.node.shard.Shards.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.mas.common.protocol.CommitRecord.State;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.StoredColumn;
import io.mas.node.disk.FaultDisk.PowerLoss;
import java.util.List;
import java.util.function.Consumer;

/** A bit of everything that a store does, during which the power may go. */
final class CrashScript {
  /**
   * A step, what holds once it was acknowledged, and the index of the step that ends that.
   *
   * @param until the index, or {@link Integer#MAX_VALUE}
   */
  private record Step(Consumer<ShardStore> act, Consumer<ShardStore> holds, int until) {}

  private static final int NEVER = Integer.MAX_VALUE;

  private final List<Step> steps =
      List.of(
          putting(1, 1, 0, 3, NEVER),
          putting(2, 1, 0, 1, 8),
          putting(1, 1, 3, 2, NEVER),
          putting(1, 1, 2, 4, NEVER),
          new Step(
              store -> store.putCommit(commit(1, State.PREPARED, "a")),
              store -> assertThat(commits(store)).isNotEmpty(),
              NEVER),
          new Step(this::checkpoint, _ -> {}, NEVER),
          new Step(
              store -> store.putCommit(commit(1, State.COMMITTED, "a")),
              store -> assertThat(commits(store)).contains(commit(1, State.COMMITTED, "a")),
              NEVER),
          putting(1, 1, 0, 6, NEVER),
          new Step(
              store -> store.delete(key(2, 1)),
              store -> assertRefused(NodeError.NOT_FOUND, () -> store.read(key(2, 1), 0, 1)),
              9),
          putting(2, 1, 0, 2, NEVER),
          putting(1, 2, 0, 2, NEVER),
          new Step(this::checkpoint, _ -> {}, NEVER));

  private int begun;
  private int acknowledged;
  private long announced;

  private static Step putting(int part, long attempt, int from, int count, int until) {
    return new Step(
        store -> put(store, key(part, attempt), from, count),
        store -> assertHolds(store, key(part, attempt), from, count),
        until);
  }

  private void checkpoint(ShardStore store) {
    announced = store.checkpoint();
  }

  /** Runs until the power goes, or to the end; again from the beginning when called again. */
  void run(ShardStore store) {
    acknowledged = 0;
    begun = 0;
    try {
      for (Step step : steps) {
        begun++;
        step.act.accept(store);
        acknowledged++;
      }
    } catch (PowerLoss _) {
      // what was acknowledged until here has to hold
    }
  }

  boolean finished() {
    return acknowledged == steps.size();
  }

  /** Asserts that everything acknowledged holds, and that nothing wrong is given out. */
  void check(ShardStore store) {
    for (Step step : steps.subList(0, acknowledged)) {
      if (begun <= step.until) {
        step.holds.accept(store);
      }
    }
    for (StoredColumn column : store.inventory("", ShardStore.MAX_PAGE).rows()) {
      int part = column.ordinal() == 0 ? Integer.parseInt(column.part().substring(0, 16), 16) : 0;
      Shards.read(store, key(part, Long.parseLong(column.attempt(), 16)), 0, 16);
    }
    assertThat(commits(store).size()).isLessThanOrEqualTo(1);
    assertThat(store.checkpoint()).isGreaterThanOrEqualTo(announced);
  }
}
