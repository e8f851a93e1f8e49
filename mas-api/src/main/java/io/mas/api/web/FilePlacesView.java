package io.mas.api.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mas.api.nodes.NodeView;
import io.mas.api.status.Condition;
import io.mas.api.status.FilePlaces;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Where a file's shards are, as operators' tools get it; {@code docs/openapi.yaml} says what each
 * field means.
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record FilePlacesView(
    String hash,
    String name,
    long size,
    long createTime,
    boolean live,
    boolean whole,
    List<Part> parts,
    @Nullable String cursor) {
  private static final Pattern CURSOR = Pattern.compile("(\\d{1,9})-(\\d{1,9})-(\\d{1,18})");

  static FilePlacesView of(FilePlaces file) {
    FilePlaces.Place next = file.next();
    return new FilePlacesView(
        file.info().hash().hex(),
        file.info().name(),
        file.info().size(),
        file.info().createTime(),
        file.live(),
        file.whole(),
        file.parts().stream().map(Part::of).toList(),
        next == null ? null : "%d-%d-%d".formatted(next.part(), next.ordinal(), next.offset()));
  }

  /** What a cursor, which may be "", means. */
  static FilePlaces.Place place(String cursor) {
    if (cursor.isEmpty()) {
      return FilePlaces.Place.START;
    }
    Matcher numbers = CURSOR.matcher(cursor);
    if (!numbers.matches()) {
      throw Parameters.malformed("cursor is not one of a page before");
    }
    return new FilePlaces.Place(
        Integer.parseInt(numbers.group(1)),
        Integer.parseInt(numbers.group(2)),
        Long.parseLong(numbers.group(3)));
  }

  /** A part of the file. */
  record Part(int number, String id, long length, long unplaced, List<Extent> extents) {
    static Part of(FilePlaces.PartPlaces part) {
      return new Part(
          part.number(),
          part.id().toString(),
          part.length(),
          part.unplaced(),
          part.extents().stream().map(Extent::of).toList());
    }
  }

  /** An extent of a part. */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record Extent(
      int ordinal,
      long offset,
      long length,
      int k,
      int m,
      int blockSize,
      int redundancy,
      int mayFail,
      boolean unspread,
      boolean marked,
      long since,
      long nextTry,
      int tries,
      List<Shard> shards) {
    static Extent of(FilePlaces.ExtentPlaces extent) {
      return new Extent(
          extent.ordinal(),
          extent.offset(),
          extent.length(),
          extent.layout().k(),
          extent.layout().m(),
          extent.layout().blockSize(),
          extent.redundancy(),
          extent.mayFail(),
          extent.unspread(),
          extent.marked(),
          extent.since(),
          extent.nextTry(),
          extent.tries(),
          IntStream.range(0, extent.shards().size())
              .mapToObj(i -> Shard.of(i, extent.shards().get(i)))
              .toList());
    }
  }

  /** A shard column. */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record Shard(
      int shard,
      String node,
      @Nullable String process,
      @Nullable String address,
      @Nullable Condition state,
      String attempt,
      boolean missing,
      List<Integer> missingBlocks) {
    static Shard of(int index, FilePlaces.ShardPlace place) {
      NodeView.Standing node = place.standing();
      return new Shard(
          index,
          place.node(),
          node == null ? null : node.said().process(),
          node == null ? null : node.member().address().getAuthority(),
          node == null ? null : Condition.of(node),
          HexFormat.of().toHexDigits(place.attempt()),
          place.missing(),
          place.missingBlocks());
    }
  }
}
