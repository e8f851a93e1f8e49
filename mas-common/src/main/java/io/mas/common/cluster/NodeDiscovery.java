package io.mas.common.cluster;

import java.util.function.Consumer;

/**
 * How nodes become known to gateways: a fanout of announcements that may be lost, repeated and come
 * late. Silence is never evidence that a node is gone. Implementations are thread-safe.
 */
public interface NodeDiscovery {

  /**
   * Sends an announcement to every listener there is. Returns at once; delivery is not guaranteed,
   * and a failure to deliver is not reported.
   */
  void announce(NodeAnnouncement announcement);

  /**
   * Calls {@code listener} for each announcement from now on, one at a time, on a thread of the
   * implementation; a listener that is slow loses the oldest. Closing the subscription ends it.
   */
  Subscription listen(Consumer<NodeAnnouncement> listener);

  /** Calls {@code answer} whenever somebody asks who is there; a node then announces itself. */
  Subscription answerWith(Runnable answer);

  /** Asks every node to announce itself now. */
  void ask();

  /**
   * Wakes the repair workers, because something needs them now. May be lost like everything here:
   * it only saves the wait for their next sweep.
   */
  void wakeRepair();

  /** Calls {@code worker} after {@link #wakeRepair}; several wakes may be one call. */
  Subscription onWake(Runnable worker);

  /** Ends a listener's calls. Closing twice does nothing. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
