package io.mas.api.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.NodeDocument.Suspicion;
import io.mas.api.metadata.ProcessDocument;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeIdentity;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Whose word counts, by when it changes. */
class ObservationsTest {
  private static final NodeAnnouncement ANNOUNCED =
      SimulatedNodes.announcements("cluster", 1).getFirst();
  private static final NodeIdentity NODE = ANNOUNCED.identity();

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L); // overflows
  private final Observations observations =
      new Observations(
          "self", VerdictWorld.PROPERTIES, new Clocks(() -> Instant.ofEpochMilli(0), nanos::get));

  private void pass(long seconds) {
    nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
  }

  private static ProcessDocument process(String id, long seen) {
    return ProcessDocument.observer(id, seen, "", List.of());
  }

  /** Says in its own document that the node of {@link #node} does not answer, for 3 ms so far. */
  private static ProcessDocument doubting(String id, long seen, String boot) {
    return ProcessDocument.observer(
        id, seen, "", List.of(new ProcessDocument.Unanswered(NODE.nodeId(), boot, 3)));
  }

  private static NodeDocument node(Suspicion... suspicions) {
    return new NodeDocument(1, ANNOUNCED, List.of(), List.of(suspicions), null);
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

  private static Suspicion[] eight() {
    return IntStream.range(0, NodeObserver.ENOUGH)
        .mapToObj(i -> new Suspicion("o" + i, 1, 2))
        .toArray(Suspicion[]::new);
  }

  private static List<ProcessDocument> eightAnd(ProcessDocument... more) {
    return Stream.concat(
            IntStream.range(0, NodeObserver.ENOUGH).mapToObj(i -> process("o" + i, 2)),
            Stream.of(more))
        .toList();
  }

  private List<Suspicion> suspicions(List<ProcessDocument> processes, Suspicion... saved) {
    return look(processes, node(saved)).nodes().getFirst().suspicions();
  }

  @Test
  void whoHasNoRoomInTheDocumentOfTheNodeSaysItInItsOwn() {
    assertThat(suspicions(eightAnd(doubting("more", 9, NODE.bootId())), eight()))
        .hasSize(9)
        .contains(new Suspicion("more", 6, 9));
    assertThat(suspicions(eightAnd(process("other", 9)), eight())).hasSize(8);
    assertThat(suspicions(eightAnd(doubting("more", 9, "another life")), eight())).hasSize(8);
    assertThat(suspicions(eightAnd(doubting("o3", 9, NODE.bootId())), eight()))
        .as("it has said it there")
        .containsExactly(eight());
  }

  /** One of the eight was answered: what is told more seldom may be old. */
  @Test
  void whileThereIsRoomOnlyTheDocumentOfTheNodeCounts() {
    Suspicion[] seven = Arrays.copyOf(eight(), NodeObserver.ENOUGH - 1);
    assertThat(suspicions(eightAnd(doubting("more", 9, NODE.bootId())), seven))
        .containsExactly(seven);
  }

  @Test
  void whatAProcessThatNoLongerBeatsHasSaidInItsOwnDocumentDoesNotCount() {
    List<ProcessDocument> dead = List.of(doubting("dead", 9, NODE.bootId()));
    lookFor(60, dead);
    for (int i = 0; i < 2; i++) {
      pass(10);
      look(eightAnd(dead.getFirst()), node(eight()));
    }
    assertThat(suspicions(eightAnd(dead.getFirst()), eight())).hasSize(8);
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

  @Test
  void aProcessHasEndedWhenItHasSaidNothingForAnHourHere() {
    Duration hour = Duration.ofHours(1);
    ProcessDocument silent = process("silent", 5);
    for (long seconds = 0; seconds <= hour.toSeconds(); seconds += 10) {
      ProcessDocument wrong = process("wrong", seconds - 9_000_000_000L);
      look(List.of(silent, wrong));
      assertThat(observations.silent(silent, hour)).as("after %d s", seconds).isFalse();
      assertThat(observations.silent(wrong, hour)).as("with any clock").isFalse();
      pass(10);
    }
    assertThat(look(List.of(silent)).settled()).isTrue();
    assertThat(observations.silent(silent, hour)).isTrue();
    pass(31);
    look(List.of(silent));
    assertThat(observations.silent(silent, hour)).as("after a pause nobody has ended").isFalse();
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
