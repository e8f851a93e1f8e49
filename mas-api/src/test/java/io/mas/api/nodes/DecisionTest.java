package io.mas.api.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.NodeDocument.Cause;
import io.mas.api.metadata.NodeDocument.Lost;
import io.mas.api.metadata.NodeDocument.Progress;
import io.mas.api.metadata.NodeDocument.Suspicion;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.cluster.NodeState;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Every rule of the verdict, and what happens without it. */
class DecisionTest {
  private static final long NOW = 1_790_000_000_000L;
  private static final Set<String> TWO = Set.of("a", "b");

  private final List<NodeDocument> nodes = new ArrayList<>();
  private Map<String, ?> settings = Map.of();
  private Set<VerdictRule> rules = VerdictRule.ALL;
  private Set<String> observers = TWO;
  private Set<String> replaced = Set.of();
  private boolean warm = true;
  private boolean settled = true;
  private int left = 2;

  /** Node 1 … of as many, m = 2, none of them suspected. */
  private DecisionTest of(int count) {
    IntStream.rangeClosed(1, count).forEach(i -> nodes.add(node(i, NodeState.UP)));
    return this;
  }

  private static NodeDocument node(int number, NodeState state) {
    return node(number, "process-" + number, state);
  }

  private static NodeDocument node(int number, String process, NodeState state) {
    return new NodeDocument(
        1,
        new NodeAnnouncement(
            new NodeIdentity("cluster", "node-" + number, 1, "boot"),
            1,
            1,
            URI.create("http://127.0.0.1:" + number),
            process,
            "host",
            "zone",
            1,
            1,
            state));
  }

  private DecisionTest silent(int number, Suspicion... suspicions) {
    nodes.set(number - 1, nodes.get(number - 1).keeping(List.of(suspicions)));
    return this;
  }

  private DecisionTest silent(int number, Duration... by) {
    return silent(
        number,
        IntStream.range(0, by.length)
            .mapToObj(i -> new Suspicion(i == 0 ? "a" : "b", NOW - by[i].toMillis(), NOW))
            .toArray(Suspicion[]::new));
  }

  private DecisionTest lost(int number, Cause cause, Progress progress, Duration ago) {
    NodeDocument node = nodes.get(number - 1);
    nodes.set(number - 1, node.lost(new Lost(NOW - ago.toMillis(), cause, progress)));
    return this;
  }

  private DecisionTest without(VerdictRule rule) {
    rules = VerdictRule.without(rule);
    return this;
  }

  private Decision decide() {
    VerdictProperties properties =
        new Binder(new MapConfigurationPropertySource(settings))
            .bindOrCreate("mas.nodes.verdict", VerdictProperties.class);
    return Decision.of(
        new Decision.Evidence(NOW, nodes, observers, replaced, warm, settled),
        new Decision.Terms(properties, rules, 2, _ -> left));
  }

  private Map<String, Cause> verdicts() {
    return decide().lost().entrySet().stream()
        .collect(Collectors.toMap(entry -> entry.getKey().nodeId(), Map.Entry::getValue));
  }

  private void assertLost(boolean expected) {
    assertThat(verdicts()).isEqualTo(expected ? Map.of("node-1", Cause.UNREACHABLE) : Map.of());
  }

  private static Duration seconds(long count) {
    return Duration.ofSeconds(count);
  }

  // How long

  @ParameterizedTest
  @CsvSource({
    "9, 899, false",
    "9, 900, true",
    "2, 899, false",
    "2, 900, true",
    "1, 299, false",
    "1, 300, true",
    "0, 59, false",
    "0, 60, true",
    "-3, 59, false",
    "-3, 60, true"
  })
  void theLessIsLeftTheSoonerANodeIsLost(int redundancy, long seconds, boolean lost) {
    left = redundancy;
    of(6).silent(1, seconds(seconds), seconds(seconds)).assertLost(lost);
  }

  @Test
  void withoutPatienceANodeThatRestartsIsLost() {
    of(6).silent(1, seconds(5), seconds(5)).assertLost(false);
    without(VerdictRule.PATIENCE).assertLost(true);
  }

  @Test
  void aNodeThatNobodySuspectsIsNeverLost() {
    left = -1;
    of(6).assertLost(false);
    for (VerdictRule rule : VerdictRule.values()) {
      without(rule).assertLost(false);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 599, false",
    "0, 600, true",
    "1, 599, false",
    "1, 600, true",
    "2, 600, false",
    "2, 899, false",
    "2, 900, true"
  })
  void aNodeThatSaidThatItLeavesIsWaitedForTenMinutesAtLeast(
      int redundancy, long seconds, boolean lost) {
    left = redundancy;
    of(6);
    nodes.set(0, node(1, NodeState.LEAVING));
    silent(1, seconds(seconds), seconds(seconds)).assertLost(lost);
  }

  @Test
  void withoutThatAPlannedRestartIsALoss() {
    left = 0;
    of(6);
    nodes.set(0, node(1, NodeState.LEAVING));
    silent(1, seconds(90), seconds(90)).assertLost(false);
    without(VerdictRule.LEAVING).assertLost(true);
  }

  @Test
  void allTimesAreSettings() {
    settings =
        Map.of(
            "mas.nodes.verdict.after", "30s",
            "mas.nodes.verdict.after-one-left", "20s",
            "mas.nodes.verdict.after-none-left", "10s",
            "mas.nodes.verdict.leaving", "25s");
    of(6).silent(1, seconds(30), seconds(30)).assertLost(true);
    silent(1, seconds(20), seconds(20)).assertLost(false);
    left = 1;
    assertLost(true);
    silent(1, seconds(10), seconds(10)).assertLost(false);
    left = 0;
    assertLost(true);
    nodes.set(0, node(1, NodeState.LEAVING));
    silent(1, seconds(24), seconds(24)).assertLost(false);
    silent(1, seconds(25), seconds(25)).assertLost(true);
  }

  // Who

  @Test
  void oneOfTwoObserversIsNotEnough() {
    left = 0;
    of(6).silent(1, seconds(9000)).assertLost(false);
  }

  /** A gateway behind a cut cable: the others reach the node (faults.md, row 21). */
  @Test
  void byOneOfTwoObserversANodeThatServesTheOtherIsLost() {
    left = 0;
    of(6).silent(1, seconds(9000)).without(VerdictRule.ALL_OBSERVERS).assertLost(true);
  }

  @Test
  void theOnlyObserverIsEnough() {
    left = 0;
    observers = Set.of("a");
    of(6).silent(1, seconds(60)).assertLost(true);
  }

  @Test
  void twoOfThreeObserversAreNotEnoughWhileTheThirdIsAnswered() {
    left = 0;
    observers = Set.of("a", "b", "c");
    of(6).silent(1, seconds(900), seconds(900)).assertLost(false);
  }

  /** A gateway that has just been started agrees; two have seen it for long. */
  @Test
  void twoMustHaveSeenItForLongAndTheOthersNow() {
    left = 0;
    observers = Set.of("a", "b", "c");
    of(6)
        .silent(
            1,
            new Suspicion("a", NOW - 60_000, NOW),
            new Suspicion("b", NOW - 1000, NOW),
            new Suspicion("c", NOW - 60_000, NOW))
        .assertLost(true);
    silent(
            1,
            new Suspicion("a", NOW - 59_000, NOW),
            new Suspicion("b", NOW - 1000, NOW),
            new Suspicion("c", NOW - 60_000, NOW))
        .assertLost(false);
  }

  @Test
  void ofAThousandObserversAllMustAgree() {
    observers = IntStream.range(0, 1000).mapToObj(i -> "o" + i).collect(Collectors.toSet());
    of(6).silent(1, many(999)).assertLost(false);
    silent(1, many(1000)).assertLost(true);
  }

  private static Suspicion[] many(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Suspicion("o" + i, NOW - 900_000, NOW))
        .toArray(Suspicion[]::new);
  }

  @Test
  void withoutObserversThereIsNoVerdict() {
    left = 0;
    observers = Set.of();
    of(6).silent(1, new Suspicion[0]).assertLost(false);
  }

  // When

  @Test
  void whoHasJustBegunToLookGivesNoVerdict() {
    settled = false;
    of(6).silent(1, seconds(9000), seconds(9000));
    assertThat(decide())
        .isEqualTo(new Decision(Map.of(), "this process has just begun to look", false));
    without(VerdictRule.SETTLED).assertLost(true);
  }

  @Test
  void whoHasNotYetAskedAllNodesGivesNoVerdict() {
    warm = false;
    of(6).silent(1, seconds(9000), seconds(9000));
    assertThat(decide().held()).isEqualTo("this process has not yet asked every node");
    assertLost(false);
    replaced = Set.of("node-1");
    assertLost(false);
  }

  // Safe mode

  private DecisionTest silent(int from, int to) {
    IntStream.rangeClosed(from, to).forEach(i -> silent(i, seconds(9000), seconds(9000)));
    return this;
  }

  @ParameterizedTest
  @CsvSource({
    "6, 2, false",
    "6, 3, true",
    "10, 2, false",
    "10, 3, true",
    "20, 4, false",
    "20, 5, true",
    "100, 20, false",
    "100, 21, true",
    "100, 100, true",
    "3, 3, true"
  })
  void ifMoreThanMAndAFifthAreGoneAtOnceNoneIsLost(int count, int gone, boolean safeMode) {
    of(count).silent(1, gone);
    assertThat(decide().safeMode()).isEqualTo(safeMode);
    assertThat(verdicts()).hasSize(safeMode ? 0 : gone);
  }

  @Test
  void safeModeSaysWhatIsGoneAndWhatToDo() {
    assertThat(of(6).silent(2, 4).decide().held())
        .startsWith("safe mode: 3 of 6 nodes are gone at once, [node-2, node-3, node-4];")
        .contains("mas.nodes.verdict.confirmed-lost");
  }

  /** A switch fails: everything would be rebuilt on what is left. */
  @Test
  void withoutSafeModeAFailedSwitchIsALossOfAllNodes() {
    of(6).silent(1, 6).without(VerdictRule.SAFE_MODE);
    assertThat(verdicts()).hasSize(6);
  }

  @Test
  void whoeverIsSuspectedByOneOfTwoDoesNotCount() {
    of(6).silent(1, 2).silent(3, seconds(9000)).silent(4, seconds(9000)).silent(5, seconds(9000));
    assertThat(verdicts()).containsOnlyKeys("node-1", "node-2");
  }

  @Test
  void safeModeEndsWhenTheyReturn() {
    of(6).silent(1, 3);
    assertThat(verdicts()).isEmpty();
    silent(3, new Suspicion[0]);
    assertThat(verdicts()).containsOnlyKeys("node-1", "node-2");
  }

  @Test
  void nodesThatWereLostWithinTheWindowCount() {
    of(6).silent(3, 3);
    for (int lost = 1; lost <= 2; lost++) {
      lost(lost, Cause.UNREACHABLE, Progress.RESTORED, Duration.ofMinutes(14));
    }
    assertThat(decide().safeMode()).isTrue();
    lost(1, Cause.UNREACHABLE, Progress.RESTORED, Duration.ofMinutes(16));
    assertThat(verdicts()).containsOnlyKeys("node-3");
  }

  @Test
  void nodesOfWhichSomethingIsStillToBeRestoredCountHoweverLongAgoTheyWereLost() {
    of(6).silent(3, 3);
    for (int lost = 1; lost <= 2; lost++) {
      lost(lost, Cause.REPLACED, Progress.MARKED, Duration.ofDays(9));
    }
    assertThat(decide().safeMode()).isTrue();
    lost(1, Cause.REPLACED, Progress.RESTORED, Duration.ofSeconds(9));
    assertThat(verdicts()).containsOnlyKeys("node-3");
  }

  @Test
  void aClockThatWasSetBackEndsNoWindow() {
    of(6).silent(3, 3);
    for (int lost = 1; lost <= 2; lost++) {
      lost(lost, Cause.UNREACHABLE, Progress.RESTORED, Duration.ofMinutes(-5));
    }
    assertThat(decide().safeMode()).isTrue();
  }

  /** The operator knows that a rack has burnt down. */
  @Test
  void whatAnOperatorConfirmsIsLostAlsoInSafeModeButOnlyIfItIsSilent() {
    settings = Map.of("mas.nodes.verdict.confirmed-lost", "node-1,node-2,node-6");
    of(6).silent(1, 5);
    assertThat(verdicts()).isEqualTo(Map.of("node-1", Cause.CONFIRMED, "node-2", Cause.CONFIRMED));
    assertThat(decide().safeMode()).as("three more").isTrue();
    silent(5, new Suspicion[0]);
    assertThat(decide().safeMode()).isFalse();
    assertThat(verdicts()).containsOnlyKeys("node-1", "node-2", "node-3", "node-4");
  }

  // Positive evidence

  @Test
  void aReplacedNodeThatDoesNotAnswerIsLostAtOnceAlsoIfItSaidThatItLeaves() {
    replaced = Set.of("node-1");
    of(7);
    nodes.set(0, node(1, NodeState.LEAVING));
    silent(1, seconds(1), Duration.ZERO);
    assertThat(verdicts()).isEqualTo(Map.of("node-1", Cause.REPLACED));
  }

  @Test
  void aReplacedNodeIsLostAlsoByOneThatHasJustBegunToLookButNotInSafeMode() {
    replaced = Set.of("node-1");
    settled = false;
    of(7).silent(1, seconds(1), Duration.ZERO).silent(2, seconds(900), seconds(900));
    assertThat(verdicts()).isEqualTo(Map.of("node-1", Cause.REPLACED));
    silent(3, seconds(1), seconds(1));
    assertThat(verdicts()).isEmpty();
  }

  @Test
  void aReplacedNodeThatAnswersSomebodyIsNotLost() {
    replaced = Set.of("node-1");
    of(7).silent(1, seconds(9));
    assertThat(verdicts()).isEmpty();
  }

  @Test
  void safeModeHoldsForReplacedNodesToo() {
    replaced = Set.of("node-1", "node-2", "node-3");
    of(9).silent(1, 3);
    assertThat(verdicts()).isEmpty();
    assertThat(decide().safeMode()).isTrue();
  }

  /** Seen in chaos: the same volume is emptied again and again while the metadata are away. */
  private DecisionTest emptiedThrice() {
    replaced = Set.of("node-1", "node-2", "node-3");
    of(9);
    for (int former = 1; former <= 3; former++) {
      nodes.set(former - 1, node(former, "process-9", NodeState.UP));
    }
    silent(1, 3);
    return this;
  }

  @Test
  void theVolumesThatOneProcessHasHadAreGoneAtOnePlace() {
    emptiedThrice();
    assertThat(verdicts()).containsOnlyKeys("node-1", "node-2", "node-3");
    silent(4, 4);
    assertThat(decide().safeMode()).isFalse();
    silent(5, 5);
    assertThat(decide().held()).startsWith("safe mode: 3 of 6 nodes are gone at once");
  }

  /** And so for ever: nothing that is there again ends it. */
  @Test
  void countedByVolumesTheyWouldHoldAllVerdicts() {
    emptiedThrice().without(VerdictRule.PLACES);
    assertThat(decide().safeMode()).isTrue();
    assertThat(verdicts()).isEmpty();
  }

  @Test
  void aNodeThatIsLostIsNotJudgedAgain() {
    of(6).silent(1, 1);
    @Nullable Lost before = nodes.getFirst().lost();
    assertThat(before).isNull();
    lost(1, Cause.UNREACHABLE, Progress.MARKED, Duration.ofMinutes(1)).assertLost(false);
  }

  // What is gone

  @Test
  void goneIsWhatIsSilentOrNotYetRestored() {
    of(6)
        .silent(1, 1)
        .silent(2, seconds(9))
        .lost(3, Cause.REPLACED, Progress.MARKING, Duration.ZERO)
        .lost(4, Cause.REPLACED, Progress.MARKED, Duration.ZERO)
        .lost(5, Cause.REPLACED, Progress.RESTORED, Duration.ZERO);
    assertThat(
            Decision.gone(
                new Decision.Evidence(NOW, nodes, observers, replaced, warm, settled), rules))
        .containsExactlyInAnyOrder("node-1", "node-3", "node-4");
  }
}
