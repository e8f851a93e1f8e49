package io.mas.api.status;

import io.mas.api.metadata.ExtentDocument;
import java.util.List;
import java.util.function.Predicate;

/**
 * What the repair has before it, as far as it is looked at.
 *
 * @param extents the least redundancy first, at most {@link RepairBacklog#MOST}
 * @param cut whether there are more
 * @param counted how many have less redundancy than new files that are whole, at most {@link
 *     RepairBacklog#MOST_COUNTED}; only if there are more
 */
record WorkList(List<ExtentDocument> extents, boolean cut, int counted) {
  WorkList {
    extents = List.copyOf(extents);
  }

  /**
   * The list of {@code found}.
   *
   * @param found the least redundancy first: all, or more than {@link RepairBacklog#MOST}
   */
  static WorkList of(List<ExtentDocument> found, int counted) {
    int most = Math.min(found.size(), RepairBacklog.MOST);
    return new WorkList(found.subList(0, most), most < found.size(), counted);
  }

  /** The same without some of those that are looked at. */
  WorkList without(Predicate<ExtentDocument> which) {
    return new WorkList(extents.stream().filter(which.negate()).toList(), cut, counted);
  }
}
