package io.mas.node.shard;

import io.mas.common.object.ExtentId;
import io.mas.common.object.PartId;
import io.mas.common.object.ShardKey;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where a column lies. */
final class ColumnNames {
  static final String ROOT = "shards";

  private static final Pattern NAME =
      Pattern.compile("([0-9a-f]{32})-(\\d{1,10})-(\\d{1,2})-([0-9a-f]{16})");

  private ColumnNames() {}

  /** The path of a column's file; its directory comes from the last, random bits of the part id. */
  static String path(ShardKey key) {
    return FanOut.directory(ROOT, key.extent().part().low())
        + "/%s-%d-%d-%s"
            .formatted(
                key.extent().part(),
                key.extent().ordinal(),
                key.shard(),
                HexFormat.of().toHexDigits(key.attempt()));
  }

  /** The column whose file has this name, or null if it is not one's name. */
  static @Nullable ShardKey parse(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      return null;
    }
    try {
      var extent = new ExtentId(PartId.parse(matcher.group(1)), Integer.parseInt(matcher.group(2)));
      long attempt = HexFormat.fromHexDigitsToLong(matcher.group(4));
      return new ShardKey(extent, Integer.parseInt(matcher.group(3)), attempt);
    } catch (IllegalArgumentException _) {
      return null;
    }
  }
}
