package io.mas.api.object;

import io.mas.common.object.Layout;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of stored files.
 *
 * @param erasure data and parity shards of new files, such as {@code 4+2}
 * @param blockSize bytes of a block of new files
 * @param hedgeAfter a shard that has not come after so long is replaced by parity
 * @param deleteGrace how long the bytes of a deleted file are kept, and parts that may have been of
 *     one; longer than any download
 * @param orphanGrace how long parts of aborted uploads are kept, and chunks that were replaced
 * @param preparedGrace a commit that was begun protects the shards of its file for so long
 * @param collectEvery how often due garbage is looked for
 */
@ConfigurationProperties("mas.object")
public record ObjectProperties(
    @DefaultValue("4+2") String erasure,
    @DefaultValue("1MB") DataSize blockSize,
    @DefaultValue("500ms") Duration hedgeAfter,
    @DefaultValue("24h") Duration deleteGrace,
    @DefaultValue("10m") Duration orphanGrace,
    @DefaultValue("7d") Duration preparedGrace,
    @DefaultValue("30s") Duration collectEvery) {
  private static final Pattern GEOMETRY = Pattern.compile("(\\d{1,2})\\+(\\d{1,2})");

  /** A part of at most so many bytes is stored as full copies. */
  static final int SMALL_PART = 64 << 10;

  public ObjectProperties {
    Layout layout = geometry(erasure, blockSize);
    if (layout.blockSize() <= SMALL_PART) {
      throw new IllegalArgumentException(
          "mas.object.block-size is %d, expected more than %d"
              .formatted(layout.blockSize(), SMALL_PART));
    }
  }

  /** The layout of new parts. */
  public Layout layout() {
    return geometry(erasure, blockSize);
  }

  /** The layout of new parts of at most {@link #SMALL_PART} bytes: m+1 full copies. */
  public Layout smallLayout() {
    return Layout.of(1, layout().m(), SMALL_PART);
  }

  private static Layout geometry(String erasure, DataSize blockSize) {
    Matcher matcher = GEOMETRY.matcher(erasure);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "mas.object.erasure is '%s', expected k+m such as 4+2".formatted(erasure));
    }
    return Layout.of(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        Math.toIntExact(blockSize.toBytes()));
  }
}
