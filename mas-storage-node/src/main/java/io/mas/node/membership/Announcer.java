package io.mas.node.membership;

import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeDiscovery;
import io.mas.common.cluster.NodeDiscovery.Subscription;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.cluster.NodeState;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the cluster that this node is there: at start, at every interval, when somebody asks, and
 * when it leaves. Thread-safe. A failure to announce is logged and the next one tried; silence is
 * nobody's evidence.
 */
public final class Announcer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Announcer.class);

  private final NodeIdentity identity;
  private final Volume volume;
  private final NodeDiscovery discovery;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("announcer").daemon().factory());
  private @Nullable Place place;
  private @Nullable Subscription answers;
  private long sequence;
  private boolean left;

  public Announcer(NodeIdentity identity, Volume volume, NodeDiscovery discovery) {
    this.identity = identity;
    this.volume = volume;
    this.discovery = discovery;
  }

  /** Announces the node now, and every {@code interval} from now on; called once. */
  public synchronized void start(Place at, Duration interval) {
    place = at;
    tell();
    answers = discovery.answerWith(this::tell);
    long millis = interval.toMillis();
    var _ = timer.scheduleWithFixedDelay(this::tell, millis, millis, TimeUnit.MILLISECONDS);
  }

  /**
   * What the node says of itself now, newer than anything before; empty before the start, for then
   * it does not know its address.
   */
  public synchronized Optional<NodeAnnouncement> current() {
    return place == null ? Optional.empty() : Optional.of(announcement(place));
  }

  private NodeAnnouncement announcement(Place at) {
    Volume.State state = volume.state();
    return new NodeAnnouncement(
        identity,
        ++sequence,
        volume.announcedSequence(),
        at.address(),
        at.process(),
        at.host(),
        at.zone(),
        state.capacityBytes(),
        state.freeBytes(),
        left ? NodeState.LEAVING : state.state());
  }

  /** Handed over in the order of their sequence. */
  private synchronized void tell() {
    try {
      current().ifPresent(discovery::announce);
    } catch (RuntimeException e) {
      log.warn("node {} could not announce itself", identity.nodeId(), e);
    }
  }

  /** Announces that the node leaves; nothing is announced after that. Closing twice is harmless. */
  @Override
  public void close() {
    synchronized (this) {
      if (left) {
        return;
      }
      left = true;
    }
    timer.close();
    if (answers != null) {
      answers.close();
    }
    tell();
  }
}
