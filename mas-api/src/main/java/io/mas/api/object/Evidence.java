package io.mas.api.object;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.WriteOutcome;
import io.mas.common.error.MasException;
import io.mas.common.object.ExtentId;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes evidence of missing and damaged shards into the extent document, for the repair. Evidence
 * is a checksum error, or a 404 from the node that the document still names; slowness and silence
 * never are. Works in the background: a read does not wait for it, and what is not written now is
 * found again by the next read. Thread-safe.
 */
final class Evidence implements BlockReader.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Evidence.class);

  /** Reports written at once; more are dropped. */
  private static final int MOST = 16;

  /** Attempts against others who change the same document. */
  private static final int TRIES = 5;

  private final MetadataStore metadata;
  private final ObjectMetrics metrics;
  private final InstantSource clock;
  private final Consumer<ExtentId> changed;
  private final Runnable wakeRepair;
  private final Set<DataRule> rules;
  private final Semaphore permits = new Semaphore(MOST);

  /**
   * @param changed told of each extent whose document is not what the reader saw
   */
  Evidence(
      ObjectRoom.Outside outside,
      ObjectMetrics metrics,
      Consumer<ExtentId> changed,
      Set<DataRule> rules) {
    this.metadata = outside.metadata();
    this.metrics = metrics;
    this.clock = outside.clock();
    this.changed = changed;
    this.wakeRepair = outside.wakeRepair();
    this.rules = rules;
  }

  @Override
  public void degraded() {
    metrics.degraded();
  }

  @Override
  public void hedged() {
    metrics.hedged();
  }

  @Override
  public void missing(ExtentDocument extent, Set<Missing> found) {
    if (!extent.missing().containsAll(found) && permits.tryAcquire()) {
      Set<Missing> copy = Set.copyOf(found);
      Thread.ofVirtual().name("mas-evidence").start(() -> write(extent, copy));
    }
  }

  private void write(ExtentDocument seen, Set<Missing> found) {
    try {
      for (int i = 0; i < TRIES && !tryWrite(seen, found); i++) {
        Thread.onSpinWait();
      }
    } catch (MasException e) {
      LOG.warn("evidence for extent {} not written: {}", seen.id(), e.getMessage());
    } finally {
      permits.release();
    }
  }

  /** True if nothing is left to do. */
  private boolean tryWrite(ExtentDocument seen, Set<Missing> found) {
    ExtentDocument now = metadata.extent(seen.id(), Concern.LINEARIZABLE).orElse(null);
    if (now == null) {
      return true;
    }
    if (now.version() != seen.version()) {
      changed.accept(seen.id());
    }
    Set<Missing> still =
        found.stream()
            .filter(one -> isOf(now, seen, one.shard()))
            .filter(one -> !now.missing().contains(one))
            .filter(one -> !now.missing().contains(new Missing(one.shard(), Missing.ALL)))
            .collect(Collectors.toSet());
    if (still.isEmpty()) {
      return true;
    }
    LOG.warn("extent {}: shards missing or damaged: {}", seen.id(), still);
    boolean written =
        metadata.compareAndSetExtent(now.withMissing(still, clock.millis()))
            == WriteOutcome.APPLIED;
    if (written) {
      metrics.missing(still.size());
      changed.accept(seen.id());
      wakeRepair.run();
    }
    return written;
  }

  /** Whether what was found of a shard is found of the copy that the document names now. */
  private boolean isOf(ExtentDocument now, ExtentDocument seen, int shard) {
    return !rules.contains(DataRule.MOVED_IS_NO_EVIDENCE)
        || now.shards().get(shard).equals(seen.shards().get(shard));
  }
}
