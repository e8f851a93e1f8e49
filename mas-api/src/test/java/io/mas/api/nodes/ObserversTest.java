package io.mas.api.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.NodeDocument.Suspicion;
import io.mas.api.metadata.ProcessDocument;
import io.mas.api.nodes.VerdictWorld.Watcher;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What processes say of nodes and of themselves. */
class ObserversTest {
  private final VerdictWorld world;

  ObserversTest(@TempDir Path directory) {
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

  /** Its clock is wrong by hours: what it says of itself is old, or to come, for all others. */
  @Test
  void whoseClockIsWrongIsNotForgottenAndHasItsSay() throws Exception {
    Watcher gateway = world.gateway("gateway");
    Watcher worker = world.worker("worker");
    seconds(90);
    worker.reaches(world.node(1), false);
    for (long wrongBy : new long[] {-10_800_000, 10_800_000}) {
      gateway.wrongBy = wrongBy;
      for (int i = 0; i < 600; i++) {
        seconds(1);
        assertThat(world.store.processes()).extracting(ProcessDocument::id).contains("gateway");
      }
    }
    assertThat(world.lost()).as("the gateway reaches it").isZero();
  }

  private List<Watcher> gateways(int count) {
    return IntStream.range(0, count).mapToObj(i -> world.gateway("gateway-" + i)).toList();
  }

  private List<String> observersOfNode1() {
    return world.saved(1).suspicions().stream().map(Suspicion::observer).sorted().toList();
  }

  /** Otherwise it would take those of all others for dead, and they its own, for ever. */
  @Test
  void whoseClockIsWrongLeavesTheWordsOfTheOthers() throws Exception {
    List<Watcher> gateways = gateways(NodeObserver.ENOUGH + 2);
    gateways.getLast().wrongBy = 10_800_000;
    seconds(10);
    world.stop(1);
    seconds(20);
    List<String> first = observersOfNode1();
    assertThat(first).hasSize(NodeObserver.ENOUGH).doesNotContain(gateways.getLast().id);
    for (int i = 0; i < 120; i++) {
      seconds(1);
      assertThat(observersOfNode1()).isEqualTo(first);
    }
  }

  @Test
  void thePlaceOfOneThatHasDiedIsTaken() throws Exception {
    List<Watcher> gateways = gateways(NodeObserver.ENOUGH + 1);
    seconds(10);
    world.stop(1);
    seconds(20);
    assertThat(observersOfNode1()).doesNotContain(gateways.getLast().id);
    world.kill(gateways.getFirst());
    seconds(60);
    assertThat(observersOfNode1()).contains(gateways.getFirst().id);
    minutes(1);
    assertThat(observersOfNode1())
        .hasSize(NodeObserver.ENOUGH)
        .contains(gateways.getLast().id)
        .doesNotContain(gateways.getFirst().id);
  }
}
