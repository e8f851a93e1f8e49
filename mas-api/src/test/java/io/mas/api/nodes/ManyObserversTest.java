package io.mas.api.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.NodeDocument.Cause;
import io.mas.api.nodes.VerdictWorld.Watcher;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Twenty gateways and a worker: more than a node's document has room for. */
class ManyObserversTest {
  private static final int GATEWAYS = 20;

  private final VerdictWorld world;
  private final List<Watcher> gateways;

  ManyObserversTest(@TempDir Path directory) {
    world = new VerdictWorld(directory.resolve("metadata"));
    gateways = IntStream.range(0, GATEWAYS).mapToObj(i -> world.gateway("gateway-" + i)).toList();
  }

  @AfterEach
  void close() {
    world.close();
  }

  private void minutes(long count) throws InterruptedException {
    world.pass(Duration.ofMinutes(count));
    assertThat(world.store.nodes())
        .as("bounded")
        .allMatch(node -> node.suspicions().size() <= NodeObserver.ENOUGH);
  }

  private void cutOff(int count) throws InterruptedException {
    minutes(2);
    gateways.stream().limit(count).forEach(one -> one.reaches(world.node(1), false));
    minutes(20);
    assertThat(world.saved(1).suspicions()).hasSize(NodeObserver.ENOUGH);
  }

  /** A switch with gateways behind it fails; all others reach the node. */
  @Test
  void aNodeThatEightGatewaysDoNotReachIsNotLost() throws Exception {
    world.worker("worker");
    cutOff(NodeObserver.ENOUGH);
    assertThat(world.lost()).isZero();
  }

  @Test
  void aNodeThatAllButOneDoNotReachIsNotLost() throws Exception {
    Watcher worker = world.worker("worker");
    cutOff(GATEWAYS);
    assertThat(world.lost()).isZero();
    assertThat(worker.view.ask("node-1")).isEqualTo(Answer.ITSELF);
  }

  @Test
  void byAnyOfThemItWouldBe() throws Exception {
    Watcher worker = world.worker("worker", VerdictRule.ALL_OBSERVERS);
    cutOff(NodeObserver.ENOUGH);
    assertThat(world.verdicts.get()).isPositive();
    assertThat(worker.view.ask("node-1")).isEqualTo(Answer.ITSELF);
  }

  @Test
  void aNodeThatNobodyReachesIsLostInTime() throws Exception {
    world.worker("worker");
    minutes(2);
    world.stop(1);
    world.pass(Duration.ofSeconds(295));
    assertThat(world.lost()).isZero();
    world.pass(Duration.ofSeconds(35));
    assertThat(VerdictWorld.verdict(world.saved(1)).cause()).isEqualTo(Cause.UNREACHABLE);
  }

  @Test
  void safeModeCountsWhatAllFindSilent() throws Exception {
    Watcher worker = world.worker("worker");
    minutes(2);
    IntStream.rangeClosed(1, 3).forEach(world::stop);
    minutes(10);
    assertThat(world.lost()).isZero();
    worker.heartbeat.tell();
    assertThat(world.store.processes())
        .filteredOn(process -> process.id().equals("worker"))
        .singleElement()
        .satisfies(process -> assertThat(process.held()).startsWith("safe mode: 3 of 6"));
  }

  /** The last one reaches it again, and says so within ten seconds in its own document. */
  @Test
  void theWordOfOneThatHasNoRoomIsTakenBackWhenItIsAnswered() throws Exception {
    world.worker("worker");
    minutes(2);
    world.stop(1);
    minutes(4);
    Watcher outside =
        gateways.stream()
            .filter(one -> !world.saved(1).suspectedBy(one.id))
            .findFirst()
            .orElseThrow();
    outside.reaches(world.node(1), true);
    minutes(20);
    assertThat(world.lost()).isZero();
    outside.reaches(world.node(1), false);
    minutes(1);
    assertThat(world.lost(1)).as("now all agree again").isTrue();
  }
}
