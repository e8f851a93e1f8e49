package io.mas.api.garbage;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * When a sweep deletes nothing and every collection stops, until an operator confirms. Copies in
 * whose place another one can be read do not count, nor do parts that a deleted file names.
 *
 * @param share of a node's columns, or of the parts, that may be garbage
 * @param floor so much garbage of a node is never too much
 * @param perHour how many columns and parts are deleted in an hour at most
 */
@ConfigurationProperties("mas.garbage.breaker")
public record BreakerProperties(
    @DefaultValue("0.05") double share,
    @DefaultValue("1000") int floor,
    @DefaultValue("100000") int perHour) {
  public BreakerProperties {
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
