package io.mas.node.web;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the requests that no gateway of this cluster has signed, {@code mas.node.strangers}, and
 * warns of them, not more than once a minute. Thread-safe.
 */
final class StrangerLog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StrangerLog.class);
  private static final long EVERY_NANOS = Duration.ofMinutes(1).toNanos();

  private final MeterRegistry registry;
  private final Counter refused;
  private final AtomicLong quietUntil = new AtomicLong(System.nanoTime());

  /**
   * @param node value of the tag {@code node}
   */
  StrangerLog(MeterRegistry registry, String node) {
    this.registry = registry;
    this.refused =
        Counter.builder("mas.node.strangers")
            .baseUnit("requests")
            .description("requests refused because no key of this cluster had signed them")
            .tag("node", node)
            .register(registry);
  }

  /** Notes a refusal; why is for the operator, never for the caller. */
  void refused(String address, String why) {
    refused.increment();
    long now = System.nanoTime();
    long until = quietUntil.get();
    if (now - until >= 0 && quietUntil.compareAndSet(until, now + EVERY_NANOS)) {
      log.warn(
          "refused a request from {} that {} ({} such requests so far): every gateway and node needs"
              + " the same mas.internal.keys",
          address,
          why,
          (long) refused.count());
    }
  }

  /** Takes its meter out of the registry: it would outlive the node. */
  @Override
  public void close() {
    registry.remove(refused);
  }
}
