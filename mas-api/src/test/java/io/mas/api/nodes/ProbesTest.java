package io.mas.api.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.common.cluster.NodeIdentity;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** For how long a node has been silent that comes and goes; it is steady after two minutes. */
class ProbesTest {
  private static final long SECOND = 1_000_000_000L;

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 30 * SECOND); // overflows
  private long counter = 1;

  private Probes probes(Set<VerdictRule> rules) {
    return new Probes(Duration.ofMinutes(2), rules, nanos::get);
  }

  private NodeIdentity life() {
    return new NodeIdentity("cluster", "node", counter, "boot-" + counter);
  }

  /**
   * Goes through a story, probe by probe, one a second: D for down, L for down after it has said
   * that it leaves, U for up, N for up in a new life, each for so many seconds.
   */
  private void live(Probes probes, String story) {
    for (String phase : story.split(" ", -1)) {
      char what = phase.charAt(0);
      counter += what == 'N' ? 1 : 0;
      for (long left = Long.parseLong(phase.substring(1)); left > 0; left--) {
        if (what == 'D' || what == 'L') {
          probes.failed(life(), what == 'L');
        } else {
          probes.answered(life());
        }
        nanos.addAndGet(SECOND);
      }
    }
  }

  private Map<NodeIdentity, Duration> silent(long seconds) {
    return Map.of(life(), Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @CsvSource({
    "D50, 50",
    "D50 U120 D10, 10",
    "D50 U119 D10, 60",
    "D50 N120 D10, 10",
    "D50 N119 D10, 60",
    "D50 U100 N119 D10, 60",
    "D50 U119 D10 U119 D10, 70",
    "D50 U119 D10 U120 D10, 10",
    "D50 U10 D50 N10 D50 U10 N10 D50, 200",
    "U9 D7, 7"
  })
  void whatItWasSilentBeforeCountsUntilItHasBeenUpForTwoMinutesInOneLife(
      String story, long seconds) {
    Probes probes = probes(VerdictRule.ALL);
    live(probes, story);
    assertThat(probes.failing()).isEqualTo(silent(seconds));
    assertThat(probes.fail(life())).isTrue();
  }

  @Test
  void withoutThatEachSilenceIsTheFirst() {
    Probes probes = probes(VerdictRule.without(VerdictRule.STEADY));
    live(probes, "D50 U1 D50 N1 D50 U1 D50");
    assertThat(probes.failing()).isEqualTo(silent(50));
  }

  @Test
  void whoAnswersDoesNotFailHoweverUnsteadyItIs() {
    Probes probes = probes(VerdictRule.ALL);
    live(probes, "D50 U1");
    assertThat(probes.failing()).isEmpty();
    assertThat(probes.fail(life())).isFalse();
  }

  /** The same after each kind of past: a planned restart has its time, but only one. */
  @ParameterizedTest
  @CsvSource({
    "L50, 50",
    "D9 L50, 50",
    "D50 N10 L50, 50",
    "D50 N10 D50 N10 L50 D9, 59",
    "L50 N10 L50, 100",
    "L50 N119 L50 N119 L50, 150",
    "L50 N120 L50, 50",
    "L50 N10 D50, 100"
  })
  void whoSaysThatItLeavesBeginsAnewButOnceUntilItIsSteady(String story, long seconds) {
    Probes probes = probes(VerdictRule.ALL);
    live(probes, story);
    assertThat(probes.failing()).isEqualTo(silent(seconds));
  }

  @Test
  void withoutThatAPlannedRestartOfAnUnsteadyNodeHasNoTime() {
    Probes probes = probes(VerdictRule.without(VerdictRule.LEAVING));
    live(probes, "D500 N10 L50");
    assertThat(probes.failing()).isEqualTo(silent(550));
  }
}
