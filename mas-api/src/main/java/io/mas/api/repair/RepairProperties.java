package io.mas.api.repair;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the repair, of one process that has the role.
 *
 * @param parallel extents repaired at once; one more if no further loss is survivable
 * @param sweepEvery how often work is looked for that nobody called for
 * @param lease how long a worker is alone with an extent, and longer the more it has to write; what
 *     a dead worker had begun waits for so long
 * @param backoff after the first try that failed; twice as long after each further one
 * @param backoffMost the longest time between two tries
 * @param rate bytes of shards written in a second, to all nodes together; lifted where no further
 *     loss is survivable
 * @param ratePerNode bytes of shards read from and written to one node in a second; lifted too
 */
@ConfigurationProperties("mas.repair")
public record RepairProperties(
    @DefaultValue("4") int parallel,
    @DefaultValue("3s") Duration sweepEvery,
    @DefaultValue("30s") Duration lease,
    @DefaultValue("1s") Duration backoff,
    @DefaultValue("1m") Duration backoffMost,
    @DefaultValue("64MB") DataSize rate,
    @DefaultValue("64MB") DataSize ratePerNode) {
  public RepairProperties {
    if (parallel < 1) {
      throw new IllegalArgumentException(
          "mas.repair.parallel is %d, expected 1 or more".formatted(parallel));
    }
    requirePositive("sweep-every", sweepEvery.toMillis(), "1ms or more");
    requirePositive("lease", lease.toMillis(), "1ms or more");
    requirePositive("backoff", backoff.toMillis(), "1ms or more");
    requirePositive(
        "backoff-most",
        backoffMost.toMillis() - backoff.toMillis() + 1,
        "mas.repair.backoff or longer");
    requirePositive("rate", rate.toBytes(), "1 byte or more");
    requirePositive("rate-per-node", ratePerNode.toBytes(), "1 byte or more");
  }

  private static void requirePositive(String name, long value, String expected) {
    if (value < 1) {
      throw new IllegalArgumentException(
          "mas.repair.%s is too small, expected %s".formatted(name, expected));
    }
  }
}
