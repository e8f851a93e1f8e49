package io.mas.common.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a listing of a storage node.
 *
 * @param rows what was found; may be fewer than asked for though more follow
 * @param damaged how many rows could not be read and were left out
 * @param next the cursor of the next page, or null when this is the last
 */
public record Page<T>(List<T> rows, int damaged, @Nullable String next) {
  public Page {
    rows = List.copyOf(rows);
  }
}
