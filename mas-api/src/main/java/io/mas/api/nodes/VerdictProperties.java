package io.mas.api.nodes;

import java.time.Duration;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the verdict that a node is lost; the first three depend on how many more shards of an
 * extent may be lost, with those of this node already counted as gone.
 *
 * @param after how long probes must have failed while two or more may be lost
 * @param afterOneLeft the same while one may be lost
 * @param afterNoneLeft the same when no further loss would be survived
 * @param leaving the same at least, for a node that has said that it leaves
 * @param steady how long a node that was silent must be up so that its silence is over; if it falls
 *     silent sooner, what it was silent before counts too
 * @param window nodes that were found unreachable within this time count together for safe mode
 * @param settle how long a process looks on after its start, and after the metadata were away,
 *     before it gives verdicts
 * @param observerTimeout who has not repeated for so long what it said does not count
 * @param repeat how often an observer says again that a node does not answer it
 * @param every how often observers and verdicts look
 * @param confirmedLost ids of nodes of which an operator says that they will not return: lost as
 *     soon as they do not answer, also in safe mode
 */
@ConfigurationProperties("mas.nodes.verdict")
public record VerdictProperties(
    @DefaultValue("15m") Duration after,
    @DefaultValue("5m") Duration afterOneLeft,
    @DefaultValue("60s") Duration afterNoneLeft,
    @DefaultValue("10m") Duration leaving,
    @DefaultValue("2m") Duration steady,
    @DefaultValue("15m") Duration window,
    @DefaultValue("60s") Duration settle,
    @DefaultValue("60s") Duration observerTimeout,
    @DefaultValue("15s") Duration repeat,
    @DefaultValue("1s") Duration every,
    @DefaultValue Set<String> confirmedLost) {

  public VerdictProperties {
    confirmedLost = Set.copyOf(confirmedLost);
    if (every.toMillis() < 1 || repeat.multipliedBy(2).compareTo(observerTimeout) > 0) {
      throw new IllegalArgumentException(
          "mas.nodes.verdict.every is %s, repeat %s, observer-timeout %s; expected 1 ms or more, and a time-out of two repeats or more"
              .formatted(every, repeat, observerTimeout));
    }
    if (settle.compareTo(observerTimeout) < 0) {
      // Until a silent process is known to be silent, nobody knows how many observers there are.
      throw new IllegalArgumentException(
          "mas.nodes.verdict.settle is %s, expected observer-timeout (%s) or more"
              .formatted(settle, observerTimeout));
    }
  }

  /** How long probes must have failed if so many more shards of an extent may be lost. */
  Duration patience(int left) {
    if (left >= 2) {
      return after;
    }
    return left == 1 ? afterOneLeft : afterNoneLeft;
  }
}
