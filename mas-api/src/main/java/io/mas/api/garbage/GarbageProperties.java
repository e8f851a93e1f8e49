package io.mas.api.garbage;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the collection.
 *
 * @param enabled false: nothing is collected at all, not even the parts of deleted files
 * @param dryRun true: the sweep of the inventories says what it would delete, and deletes nothing
 * @param every pause between two sweeps of the inventories
 * @param grace parts that nothing refers to are left alone for so long after their birth
 * @param attemptGrace copies that are not published are left alone for so long after they were
 *     first seen
 * @param preparedGrace a commit that was begun protects the shards of its file for so long
 * @param pause between two pages of a sweep
 * @param breaker when a sweep is stopped
 */
@ConfigurationProperties("mas.garbage")
public record GarbageProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("false") boolean dryRun,
    @DefaultValue("1h") Duration every,
    @DefaultValue("24h") Duration grace,
    @DefaultValue("1h") Duration attemptGrace,
    @DefaultValue("7d") Duration preparedGrace,
    @DefaultValue("100ms") Duration pause,
    @DefaultValue Breaker breaker) {

  /**
   * When a sweep deletes nothing and every collection stops, until an operator confirms.
   *
   * @param share of a node's columns, or of the extents, that may be garbage
   * @param floor so much garbage of a node is never too much
   * @param perHour how many columns and parts a process deletes in an hour at most
   * @param confirmed the first sweep that would be stopped goes on
   */
  public record Breaker(
      @DefaultValue("0.05") double share,
      @DefaultValue("1000") int floor,
      @DefaultValue("100000") int perHour,
      @DefaultValue("false") boolean confirmed) {
    public Breaker {
      if (share < 0 || share > 1) {
        throw new IllegalArgumentException(
            "mas.garbage.breaker.share is %s, expected 0 to 1".formatted(share));
      }
      if (floor < 0 || perHour < 1) {
        throw new IllegalArgumentException(
            "mas.garbage.breaker.floor is %d and per-hour %d, expected 0 or more and 1 or more"
                .formatted(floor, perHour));
      }
    }
  }

  public GarbageProperties {
    if (every.isNegative() || every.isZero()) {
      throw new IllegalArgumentException("mas.garbage.every is not a time: " + every);
    }
  }
}
