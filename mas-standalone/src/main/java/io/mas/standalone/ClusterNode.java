package io.mas.standalone;

import io.mas.common.cluster.NodeDiscovery;
import io.mas.common.protocol.InternalKeys;
import io.mas.dev.options.StartProblem;
import io.mas.node.StorageNode;
import io.mas.node.StorageNodeProperties;
import io.mas.node.membership.NodeStartException;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A storage node of the cluster, which may be stopped and started again. Thread-safe. */
public final class ClusterNode {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterNode.class);

  /** To empty a large folder takes its time; so often it is tried, with a second between. */
  private static final int TRIES = 600;

  private final StorageNodeProperties settings;
  private final InternalKeys keys;
  private final NodeDiscovery discovery;
  private final MeterRegistry meters;
  private @Nullable StorageNode running;
  private boolean beginsAnew;

  ClusterNode(
      StorageNodeProperties settings,
      InternalKeys keys,
      NodeDiscovery discovery,
      MeterRegistry meters) {
    this.settings = settings;
    this.keys = keys;
    this.discovery = discovery;
    this.meters = meters;
  }

  /** The directory that it keeps its shards in. */
  public Path dataDirectory() {
    return settings.data();
  }

  /**
   * Starts it, if it does not run; it serves requests when this returns.
   *
   * @throws StartProblem if its directory cannot be used
   */
  public synchronized void start() {
    if (running != null) {
      return;
    }
    try {
      running = StorageNode.start(settings, keys, discovery, meters, this::volumeGone);
      beginsAnew = false;
    } catch (NodeStartException e) {
      throw new StartProblem(
          "Storage node %s cannot start: %s".formatted(settings.process(), e.getMessage()),
          "%s and the other folders beside it belong together: use them as they were, or name an empty directory with --data."
              .formatted(settings.data()),
          e);
    }
  }

  /** Its folder was emptied under it: what starts in its place is another node. */
  private void volumeGone() {
    Thread.ofVirtual().name("mas-begin-anew").start(this::beginAnew);
  }

  private void beginAnew() {
    giveUp();
    try {
      for (int i = 0; i < TRIES && !begunAnew(i); i++) {
        TimeUnit.SECONDS.sleep(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void giveUp() {
    boolean ran = running != null;
    stop();
    beginsAnew = ran;
  }

  /** Whether it runs, or was stopped for good. */
  private synchronized boolean begunAnew(int tries) {
    if (!beginsAnew) {
      return true;
    }
    try {
      start();
    } catch (RuntimeException e) {
      if (tries == 0 || tries == TRIES - 1) {
        LOG.error("storage node {} does not run: {}", settings.process(), e.getMessage());
      }
    }
    return !beginsAnew;
  }

  /** Stops it, if it runs: it says that it leaves, and closes its volume. */
  public synchronized void stop() {
    beginsAnew = false;
    if (running != null) {
      running.close();
      running = null;
    }
  }
}
