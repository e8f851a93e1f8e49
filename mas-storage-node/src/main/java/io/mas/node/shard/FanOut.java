package io.mas.node.shard;

import io.mas.common.protocol.NodeError;
import io.mas.node.disk.Disk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Files in 64 x 64 directories below one, and the way through them in order. */
final class FanOut {
  private static final int BITS = 6;
  private static final int MASK = (1 << BITS) - 1;
  private static final Pattern CURSOR =
      Pattern.compile("([0-3][0-9a-f])/([0-3][0-9a-f])/([0-9a-f-]{1,200})");

  private FanOut() {}

  /** The directory for a file whose place the low 12 bits of {@code bits} choose. */
  static String directory(String root, long bits) {
    return "%s/%02x/%02x".formatted(root, (bits >>> BITS) & MASK, bits & MASK);
  }

  /** Names in a directory. */
  @FunctionalInterface
  interface Names {
    List<String> in(String directory) throws IOException;
  }

  /**
   * The paths below {@code root}, relative to it, of the first {@code limit} files behind the
   * cursor, in order.
   *
   * @param cursor {@code ""}, or the last path of the page before
   */
  static List<String> page(Disk disk, String root, String cursor, int limit) throws IOException {
    return page(disk, root, disk::list, cursor, limit);
  }

  /**
   * The same of what is in the directories by other names than those of files.
   *
   * @param names sorted
   */
  static List<String> page(Disk disk, String root, Names names, String cursor, int limit)
      throws IOException {
    requirePage(cursor, limit);
    List<String> found = new ArrayList<>();
    String[] from = cursor.isEmpty() ? new String[] {"", "", ""} : cursor.split("/", 3);
    for (String high : disk.list(root)) {
      if (high.compareTo(from[0]) < 0) {
        continue;
      }
      for (String low : disk.list(root + "/" + high)) {
        String directory = high + "/" + low;
        if (directory.compareTo(from[0] + "/" + from[1]) < 0) {
          continue;
        }
        names.in(root + "/" + directory).stream()
            .map(name -> directory + "/" + name)
            .filter(path -> path.compareTo(cursor) > 0)
            .limit(limit - found.size())
            .forEach(found::add);
        if (found.size() == limit) {
          return found;
        }
      }
    }
    return found;
  }

  private static void requirePage(String cursor, int limit) {
    if (!cursor.isEmpty() && !CURSOR.matcher(cursor).matches()) {
      throw new ShardStoreException(
          NodeError.BAD_REQUEST, "cursor '" + cursor + "', expected one that a page ended with");
    }
    if (limit < 1 || limit > ShardStore.MAX_PAGE) {
      throw new ShardStoreException(
          NodeError.BAD_REQUEST,
          "limit %d, expected 1 to %d".formatted(limit, ShardStore.MAX_PAGE));
    }
  }
}
