package io.mas.api.web;

import io.mas.common.object.ByteRange;
import java.util.List;

/** What a {@code Range} header asks of a file. */
sealed interface RangeRequest {

  /** The whole file: no header, or one that is to be ignored. */
  record Whole() implements RangeRequest {}

  /**
   * Some ranges, in the order to be sent; none overlaps another, none is empty.
   *
   * @param ranges at least one
   */
  record Some(List<ByteRange> ranges) implements RangeRequest {
    public Some {
      ranges = List.copyOf(ranges);
    }
  }

  /** Nothing that the file has, or more ranges than allowed: 416. */
  record Unsatisfiable() implements RangeRequest {}
}
