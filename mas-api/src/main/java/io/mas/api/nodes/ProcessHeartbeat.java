package io.mas.api.nodes;

import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.ProcessDocument;
import io.mas.api.metadata.ProcessDocument.Unanswered;
import io.mas.common.cluster.NodeIdentity;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in {@code processes} that this process is there and observes the nodes, and which do not
 * answer it, so that whoever gives verdicts knows who must agree, and who does. Thread-safe.
 */
final class ProcessHeartbeat implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessHeartbeat.class);

  private final String id;
  private final MetadataStore metadata;
  private final InstantSource clock;
  private final Repeating beats;
  private volatile String held = "";
  private volatile Map<NodeIdentity, Duration> unanswered = Map.of();

  /**
   * Silent until it is started.
   *
   * @param id of this run of the process
   */
  ProcessHeartbeat(String id, MetadataStore metadata, InstantSource clock, Duration every) {
    this.id = id;
    this.metadata = metadata;
    this.clock = clock;
    this.beats = new Repeating(this::tell, every);
  }

  void start() {
    beats.start("mas-process-heartbeat");
  }

  /** Says that it is there. */
  void tell() {
    try {
      metadata.putProcess(ProcessDocument.observer(id, clock.millis(), held, named()));
    } catch (RuntimeException e) {
      if (!beats.closed()) {
        LOG.debug("not said that process {} is there: {}", id, e.toString()); // the view says it
      }
    }
  }

  /** All of them, about 100 bytes each: with some left out, safe mode would count too few. */
  private List<Unanswered> named() {
    return unanswered.entrySet().stream()
        .map(one -> Unanswered.of(one.getKey(), one.getValue()))
        .toList();
  }

  /** Which nodes do not answer now, but for those that are lost, and for how long. */
  void unanswered(Map<NodeIdentity, Duration> now) {
    Set<NodeIdentity> before = unanswered.keySet();
    unanswered = Map.copyOf(now);
    if (!before.equals(now.keySet())) {
      beats.wake();
    }
  }

  /** The process as an observer. */
  String id() {
    return id;
  }

  /** What is said from now on of why no verdicts are given here; empty: they are. */
  void held(String reason) {
    if (!held.equals(reason)) {
      held = reason;
      beats.wake();
    }
  }

  /** Nobody waits for this process any more. */
  @Override
  public void close() {
    beats.close();
    try {
      metadata.removeProcess(id);
    } catch (RuntimeException e) {
      LOG.debug("process {} is not removed: {}", id, e.toString());
    }
  }
}
