package io.mas.api.garbage;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the collection.
 *
 * @param enabled false: nothing is collected at all, not even the parts of deleted files
 * @param dryRun true: nothing is collected, and the sweep of the inventories says what it would
 *     delete
 * @param every pause between two sweeps of the inventories
 * @param grace parts that nothing refers to are left alone for so long after their birth
 * @param attemptGrace copies that are not published are left alone for so long after they were
 *     first seen
 * @param pause between two pages of a sweep
 */
@ConfigurationProperties("mas.garbage")
public record GarbageProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("false") boolean dryRun,
    @DefaultValue("1h") Duration every,
    @DefaultValue("24h") Duration grace,
    @DefaultValue("1h") Duration attemptGrace,
    @DefaultValue("100ms") Duration pause) {

  public GarbageProperties {
    if (every.isNegative() || every.isZero()) {
      throw new IllegalArgumentException("mas.garbage.every is not a time: " + every);
    }
  }
}
