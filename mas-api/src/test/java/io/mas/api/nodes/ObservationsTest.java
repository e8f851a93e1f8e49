package io.mas.api.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.NodeDocument.Suspicion;
import io.mas.api.metadata.ProcessDocument;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Whose word counts, by when it changes. */
class ObservationsTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L); // overflows
  private final Observations observations =
      new Observations(
          "self", VerdictWorld.PROPERTIES, new Clocks(() -> Instant.ofEpochMilli(0), nanos::get));

  private void pass(long seconds) {
    nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
  }

  private static ProcessDocument process(String id, long seen) {
    return ProcessDocument.observer(id, seen, "");
  }

  private static NodeDocument node(Suspicion... suspicions) {
    return new NodeDocument(
        1,
        SimulatedNodes.announcements("cluster", 1).getFirst(),
        List.of(),
        List.of(suspicions),
        null);
  }

  private Decision.Evidence look(List<ProcessDocument> processes, NodeDocument... nodes) {
    return observations.look(List.of(nodes), processes, true, Set.of());
  }

  /** Looks every ten seconds for so long. */
  private Decision.Evidence lookFor(
      long seconds, List<ProcessDocument> processes, NodeDocument... nodes) {
    look(processes, nodes);
    for (long i = 0; i < seconds; i += 10) {
      pass(10);
      look(processes, nodes);
    }
    return look(processes, nodes);
  }

  @Test
  void aProcessThatNoLongerSaysThatItIsThereDoesNotCountAfterAMinute() {
    List<ProcessDocument> silent = List.of(process("other", 5));
    assertThat(lookFor(60, silent).observers()).containsExactlyInAnyOrder("self", "other");
    assertThat(lookFor(10, silent).observers()).containsExactly("self");
    assertThat(look(List.of(process("other", 6))).observers())
        .containsExactlyInAnyOrder("self", "other");
  }

  @Test
  void whatCountsIsThatItChangesNotWhatTimeItSays() {
    lookFor(60, List.of(process("other", 5_000_000)));
    assertThat(lookFor(30, List.of(process("other", -3))).observers()).contains("other");
  }

  @Test
  void whoRepairsButObservesNothingIsNoObserver() {
    assertThat(look(List.of(new ProcessDocument("repair", 5, true, 0, 0, 0))).observers())
        .containsExactly("self");
  }

  @Test
  void theSuspicionOfOneThatIsNoObserverDoesNotCount() {
    Suspicion ghost = new Suspicion("ghost", 1, 2);
    Suspicion other = new Suspicion("other", 1, 2);
    assertThat(
            look(List.of(process("other", 1)), node(ghost, other)).nodes().getFirst().suspicions())
        .containsExactly(other);
  }

  @Test
  void aSuspicionThatIsNotRepeatedDoesNotCountAfterAMinute() {
    Suspicion once = new Suspicion("other", 1, 2);
    look(List.of(process("other", -1)), node(once));
    for (int i = 0; i < 60; i += 10) {
      pass(10);
      assertThat(look(List.of(process("other", i)), node(once)).nodes().getFirst().suspicions())
          .containsExactly(once);
    }
    pass(10);
    look(List.of(process("other", 60)), node(once));
    assertThat(look(List.of(process("other", 61)), node(once)).nodes().getFirst().suspicions())
        .isEmpty();
  }

  @Test
  void oneHasLookedForLongEnoughAfterAMinute() {
    assertThat(look(List.of()).settled()).isFalse();
    assertThat(lookFor(50, List.of()).settled()).isFalse();
    assertThat(lookFor(10, List.of()).settled()).isTrue();
  }

  @Test
  void afterAPauseAllBeginsAnew() {
    List<ProcessDocument> silent = List.of(process("other", 5));
    lookFor(90, silent);
    pass(31);
    Decision.Evidence evidence = look(silent);
    assertThat(evidence.settled()).isFalse();
    assertThat(evidence.observers()).as("it may have spoken meanwhile").contains("other");
    assertThat(lookFor(70, silent).observers()).containsExactly("self");
  }

  // The settings that this stands on

  private static VerdictProperties bind(Map<String, String> settings) {
    return new Binder(new MapConfigurationPropertySource(settings))
        .bindOrCreate("mas.nodes.verdict", VerdictProperties.class);
  }

  @Test
  void theDefaultsAreThoseOfTheDesign() {
    assertThat(bind(Map.of()))
        .isEqualTo(
            new VerdictProperties(
                Duration.ofMinutes(15),
                Duration.ofMinutes(5),
                Duration.ofMinutes(1),
                Duration.ofMinutes(10),
                Duration.ofMinutes(2),
                Duration.ofMinutes(15),
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                Duration.ofSeconds(15),
                Duration.ofSeconds(1),
                Set.of()));
  }

  @Test
  void settingsThatWouldCountTheLivingAsDeadAreRefused() {
    assertThatThrownBy(() -> bind(Map.of("mas.nodes.verdict.repeat", "31s")))
        .hasStackTraceContaining("a time-out of two repeats or more");
    assertThatThrownBy(() -> bind(Map.of("mas.nodes.verdict.settle", "59s")))
        .hasStackTraceContaining("mas.nodes.verdict.settle is PT59S");
    assertThatThrownBy(() -> bind(Map.of("mas.nodes.verdict.every", "0s")))
        .hasStackTraceContaining("1 ms or more");
  }
}
