package io.mas.api.status;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What monitors are told of the whole cluster. The database is asked each 15 s, whoever scrapes and
 * however often. What it does not tell is no number (NaN), which raises no alert but that of its
 * silence. Thread-safe.
 */
public final class ClusterGauges implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterGauges.class);
  private static final Duration EVERY = Duration.ofSeconds(15);

  private final Supplier<ClusterStatus> asked;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile @Nullable ClusterStatus seen;

  /**
   * @param asked how the cluster is now; may take some seconds
   */
  ClusterGauges(Supplier<ClusterStatus> asked, MeterRegistry meters) {
    this.asked = asked;
    Gauge.builder("mas.cluster.known", this, one -> one.of(ClusterGauges::known))
        .description("1 if the database tells how the cluster is, 0 if not")
        .register(meters);
    Gauge.builder("mas.cluster.may.fail", this, one -> one.of(ClusterGauges::mayFail))
        .description("how many more storage nodes may fail, whichever, and all can be read")
        .register(meters);
    Gauge.builder(
            "mas.cluster.unreadable", this, one -> one.ofRepair(it -> it.unreadable().number()))
        .description("files that lack more shards than they may, as far as that is known")
        .register(meters);
    Gauge.builder("mas.repair.backlog", this, one -> one.ofRepair(it -> it.extents().number()))
        .description("extents that lack a shard, at most " + RepairBacklog.MOST_COUNTED)
        .register(meters);
    Gauge.builder("mas.repair.stuck", this, one -> one.ofRepair(it -> it.stuck().number()))
        .description("those of them whose repair has failed again and again")
        .register(meters);
    Gauge.builder("mas.verdicts.held", this, one -> one.ofRepair(it -> it.held().isEmpty() ? 0 : 1))
        .description("1 while no storage node is given up, such as in safe mode")
        .register(meters);
  }

  private static double known(ClusterStatus status) {
    return status.unknown().isEmpty() ? 1 : 0;
  }

  private static double mayFail(ClusterStatus status) {
    Integer number = status.mayFail();
    return number == null ? Double.NaN : number;
  }

  private double ofRepair(ToDoubleFunction<RepairBacklog> number) {
    return of(
        status -> {
          RepairBacklog repair = status.repair();
          return repair == null ? Double.NaN : number.applyAsDouble(repair);
        });
  }

  private double of(ToDoubleFunction<ClusterStatus> number) {
    ClusterStatus status = seen;
    return status == null ? Double.NaN : number.applyAsDouble(status);
  }

  /** Begins to ask. */
  public void start() {
    Thread.ofVirtual().name("mas-cluster-gauges").start(this::askUntilClosed);
  }

  private void askUntilClosed() {
    try {
      do {
        askOnce();
      } while (!closing.await(EVERY.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whatever goes wrong, nothing old is told. */
  void askOnce() {
    ClusterStatus now = null;
    try {
      now = asked.get();
    } catch (RuntimeException e) {
      LOG.error("how the cluster is cannot be told", e);
    }
    seen = now;
  }

  @Override
  public void close() {
    closing.countDown();
  }
}
