package io.mas.api.repair;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.metadata.ExtentDocument.Turn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a repair changes in an extent's document.
 *
 * @param moved the new places of columns, by shard index
 * @param lacking blocks that moved columns do not have
 * @param mended blocks that are good again where they are
 * @param found evidence that came up on the way
 */
record Change(
    Map<Integer, ExtentDocument.Shard> moved,
    Set<Missing> lacking,
    Set<Missing> mended,
    Set<Missing> found) {
  Change {
    moved = Map.copyOf(moved);
    lacking = Set.copyOf(lacking);
    mended = Set.copyOf(mended);
    found = Set.copyOf(found);
  }

  /** Of evidence alone. */
  static Change of(Set<Missing> found) {
    return new Change(Map.of(), Set.of(), Set.of(), found);
  }

  /** Whether it makes nothing better. */
  boolean isEmpty() {
    return moved.isEmpty() && mended.isEmpty();
  }

  /** Whether the patch is one of the columns that it moves. */
  boolean moves(Patch patch) {
    return moved.containsKey(patch.shard());
  }

  /**
   * The document with this change; what it lacks then is looked at as {@code next} says.
   *
   * @param next the turn of what still lacks something
   * @param planner knows whether it is well spread
   */
  ExtentDocument of(ExtentDocument extent, Turn next, Planner planner) {
    List<ExtentDocument.Shard> shards = new ArrayList<>(extent.shards());
    moved.forEach(shards::set);
    Set<Missing> left = left(extent.missing());
    long since = left.isEmpty() ? 0 : next.since();
    return extent.repaired(
        shards, left, planner.belowIdeal(shards), new Turn(since, next.next(), next.tries()));
  }

  private Set<Missing> left(Set<Missing> missing) {
    Set<Missing> left = new HashSet<>(missing);
    left.addAll(found);
    left.removeIf(one -> moved.containsKey(one.shard()) || mended.contains(one));
    left.addAll(lacking);
    left.removeIf(
        one -> one.block() != Missing.ALL && left.contains(new Missing(one.shard(), Missing.ALL)));
    return left;
  }

  /** Whether the document names the new places; only this change could bring them there. */
  boolean namedIn(ExtentDocument extent) {
    return !moved.isEmpty()
        && moved.entrySet().stream()
            .allMatch(e -> extent.shards().get(e.getKey()).equals(e.getValue()));
  }
}
