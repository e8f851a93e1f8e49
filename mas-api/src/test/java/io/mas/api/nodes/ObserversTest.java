package io.mas.api.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.NodeDocument;
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

  @Test
  void aSuspicionIsSavedAtOnceThenSeldomAndTakenBackWhenTheNodeAnswers() throws Exception {
    Watcher gateway = world.gateway("gateway");
    world.seconds(10);
    world.stop(1);
    world.seconds(6);
    NodeDocument first = world.saved(1);
    assertThat(first.suspicions()).extracting(Suspicion::observer).containsExactly("gateway");
    assertThat(gateway.view.suspect("node-1")).isTrue();
    world.seconds(60);
    NodeDocument later = world.saved(1);
    assertThat(later.version() - first.version()).as("writes in a minute").isEqualTo(4);
    Suspicion suspicion = later.suspicions().getFirst();
    assertThat(suspicion.since()).isEqualTo(first.suspicions().getFirst().since());
    assertThat(suspicion.lasts()).isBetween(Duration.ofSeconds(45), Duration.ofSeconds(66));
    world.start(1);
    world.seconds(3);
    assertThat(world.saved(1).suspicions()).isEmpty();
    assertThat(world.saved(2).suspicions()).isEmpty();
  }

  @Test
  void aNewLifeIsUnsuspected() throws Exception {
    world.gateway("gateway");
    world.seconds(10);
    world.stop(1);
    world.seconds(10);
    assertThat(world.saved(1).suspicions()).hasSize(1);
    world.nodes.set(0, world.news("node-1", "process-1", 2));
    world.start(1);
    world.seconds(3);
    assertThat(world.saved(1).suspicions()).isEmpty();
  }

  @Test
  void whatAProcessThatHasDiedSaidDoesNotCount() throws Exception {
    Watcher dies = world.gateway("dies");
    world.worker("worker");
    world.seconds(90);
    dies.reaches(world.node(1), false);
    world.seconds(20);
    assertThat(world.saved(1).suspicions()).hasSize(1);
    world.kill(dies);
    world.minutes(30);
    assertThat(world.lost()).isZero();
  }

  @Test
  void aProcessSaysThatItIsThereAndIsRemovedWhenItEnds() throws Exception {
    Watcher gateway = world.gateway("gateway");
    Watcher worker = world.worker("worker");
    world.seconds(20);
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
    world.seconds(20);
    world.kill(gateway);
    world.minutes(59);
    assertThat(world.store.processes()).hasSize(2);
    world.minutes(2);
    assertThat(world.store.processes()).extracting(ProcessDocument::id).containsExactly("worker");
  }

  @Test
  void anIdleGatewayThatHearsANodeAsksItWhenOthersSuspectIt() throws Exception {
    Watcher gateway = world.gateway("gateway");
    Watcher worker = world.worker("worker");
    world.seconds(90);
    worker.reaches(world.node(1), false);
    long asked = gateway.links.asked.get();
    world.seconds(60);
    assertThat(gateway.links.asked.get()).isGreaterThan(asked);
    assertThat(gateway.view.suspect("node-1")).isFalse();
  }

  /** Its clock is wrong by hours: what it says of itself is old, or to come, for all others. */
  @Test
  void whoseClockIsWrongIsNotForgottenAndHasItsSay() throws Exception {
    Watcher gateway = world.gateway("gateway");
    Watcher worker = world.worker("worker");
    world.seconds(90);
    worker.reaches(world.node(1), false);
    for (long wrongBy : new long[] {-10_800_000, 10_800_000}) {
      gateway.wrongBy = wrongBy;
      for (int i = 0; i < 600; i++) {
        world.seconds(1);
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
    world.seconds(10);
    world.stop(1);
    world.seconds(20);
    List<String> first = observersOfNode1();
    assertThat(first).hasSize(NodeObserver.ENOUGH).doesNotContain(gateways.getLast().id);
    for (int i = 0; i < 120; i++) {
      world.seconds(1);
      assertThat(observersOfNode1()).isEqualTo(first);
    }
  }

  @Test
  void thePlaceOfOneThatHasDiedIsTaken() throws Exception {
    List<Watcher> gateways = gateways(NodeObserver.ENOUGH + 1);
    world.seconds(10);
    world.stop(1);
    world.seconds(20);
    assertThat(observersOfNode1()).doesNotContain(gateways.getLast().id);
    world.kill(gateways.getFirst());
    world.seconds(60);
    assertThat(observersOfNode1()).contains(gateways.getFirst().id);
    world.minutes(1);
    assertThat(observersOfNode1())
        .hasSize(NodeObserver.ENOUGH)
        .contains(gateways.getLast().id)
        .doesNotContain(gateways.getFirst().id);
  }
}
