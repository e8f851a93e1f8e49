package io.mas.api.nodes;

import io.mas.common.cluster.NodeIdentity;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * For how long the direct probes of each node have failed. A node that answers is believed once it
 * has been up for some time, in one life: until then a further silence goes on from the one before,
 * so that a node that crashes again and again is not waited for from the start each time. Measured
 * by a clock that is never set. Thread-safe.
 */
final class Probes {
  private final Duration steady;
  private final Set<VerdictRule> rules;
  private final LongSupplier nanos;
  private final Map<String, Silence> silences = new ConcurrentHashMap<>();

  /**
   * Failed probes of a node, with answers of a short while between them.
   *
   * @param life the one that was probed last
   * @param since when they began to fail, later by the times at which the node was up
   * @param up since when it has answered; null while it does not
   * @param left whether it has said that it leaves, and was granted the time for that
   */
  private record Silence(NodeIdentity life, long since, @Nullable Long up, boolean left) {
    Silence fails(NodeIdentity asked, long now) {
      return new Silence(asked, up == null ? since : since + (now - up), null, left);
    }

    Silence answers(NodeIdentity answering, long now) {
      return up != null && life.equals(answering)
          ? this
          : new Silence(answering, up == null ? since : since + (now - up), now, left);
    }
  }

  /**
   * No probes yet.
   *
   * @param steady how long a node must have been up so that its silence is over
   * @param nanos a time in nanoseconds that only ever rises
   */
  Probes(Duration steady, Set<VerdictRule> rules, LongSupplier nanos) {
    this.steady = steady;
    this.rules = rules;
    this.nanos = nanos;
  }

  /**
   * A probe of this life failed.
   *
   * @param leaves whether it has said that it leaves: its time begins anew, but only once until it
   *     has been up for long, or a node that is stopped again and again would be waited for for
   *     ever
   */
  void failed(NodeIdentity life, boolean leaves) {
    long now = nanos.getAsLong();
    boolean granted = leaves && rules.contains(VerdictRule.LEAVING);
    silences.compute(
        life.nodeId(),
        (_, before) ->
            before == null || over(before, now) || (granted && !before.left)
                ? new Silence(life, now, null, granted)
                : before.fails(life, now));
  }

  /** This life of the node has answered, or has been accepted. */
  void answered(NodeIdentity life) {
    long now = nanos.getAsLong();
    silences.computeIfPresent(
        life.nodeId(), (_, before) -> over(before, now) ? null : before.answers(life, now));
  }

  private boolean over(Silence silence, long now) {
    Duration needed = rules.contains(VerdictRule.STEADY) ? steady : Duration.ZERO;
    return silence.up != null && now - silence.up >= needed.toNanos();
  }

  /** Whether the last probe of this life failed. */
  boolean fail(NodeIdentity life) {
    Silence silence = silences.get(life.nodeId());
    return silence != null && silence.up == null && silence.life.equals(life);
  }

  /** The lives whose last probe failed, and how long all have failed, while the node was not up. */
  Map<NodeIdentity, Duration> failing() {
    long now = nanos.getAsLong();
    Map<NodeIdentity, Duration> failing = new HashMap<>();
    silences
        .values()
        .forEach(
            silence -> {
              if (silence.up == null) {
                failing.put(silence.life, Duration.ofNanos(now - silence.since));
              }
            });
    return failing;
  }
}
