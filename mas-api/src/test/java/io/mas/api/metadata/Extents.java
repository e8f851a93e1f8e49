package io.mas.api.metadata;

import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.metadata.ExtentDocument.Shard;
import io.mas.common.object.BlockEntry;
import io.mas.common.object.Compression;
import io.mas.common.object.ExtentId;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Extents of two blocks as a test needs them. */
public final class Extents {
  /** When their shards were missed, Unix milliseconds. */
  public static final long SINCE = 1_790_000_000_000L;

  /** Bytes of each of the two blocks, which are not compressed. */
  public static final int BLOCK = 1 << 20;

  private Extents() {}

  public static ObjectHash hash(int file) {
    return new ObjectHash("%064x".formatted(file));
  }

  public static Missing column(int shard) {
    return new Missing(shard, Missing.ALL);
  }

  public static Missing block(int shard, int block) {
    return new Missing(shard, block);
  }

  /** The first extent of the one part of a file, 4+2 on nodes 1 to 6, that lacks these. */
  public static ExtentDocument of(int file, Missing... missing) {
    return of(file, 0, nodes(6), missing);
  }

  /** An extent of a part, with k = 4 and a node for each shard. */
  public static ExtentDocument of(int file, int ordinal, List<String> nodes, Missing... missing) {
    ExtentDocument whole =
        new ExtentDocument(
            new ExtentId(part(file), ordinal),
            hash(file),
            2L * BLOCK * ordinal,
            Layout.of(4, nodes.size() - 4, BLOCK),
            1,
            nodes.stream().map(node -> new Shard(node, 7)).toList(),
            Collections.nCopies(2, new BlockEntry(BLOCK, BLOCK, Compression.RAW, 1)),
            Set.of(),
            new HashSet<>(nodes).size() < nodes.size(),
            false);
    return missing.length == 0 ? whole : whole.withMissing(Set.of(missing), SINCE);
  }

  public static PartId part(int file) {
    return new PartId(file, 1);
  }

  /** The names of nodes, from {@code node-1} on. */
  public static List<String> nodes(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> "node-" + i).toList();
  }

  /** So many files with the same loss. */
  public static Stream<ExtentDocument> files(int first, int count, Missing... missing) {
    return IntStream.range(first, first + count).mapToObj(file -> of(file, missing));
  }
}
