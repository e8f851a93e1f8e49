package io.mas.api.metadata;

import io.mas.common.object.BlockEntry;
import io.mas.common.object.ExtentId;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.ShardKey;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * {@code extents/{part id, ordinal}}: where the shards of up to {@value #MAX_BLOCKS} consecutive
 * blocks of a part are. Inserted once; only its placement, what is missing, and the mark change
 * afterwards.
 *
 * @param id the extent, the document's id
 * @param hash the file that the part was written for
 * @param offset where its first byte is in the part, so that a range of a large part is found at
 *     once
 * @param layout how its blocks are coded
 * @param version 1 when inserted, raised by one with each change
 * @param shards node and attempt of each shard column, in shard order, k+m of them
 * @param blocks the block table, 1 to {@value #MAX_BLOCKS} rows
 * @param missing shards known to be missing or damaged, for the repair
 * @param belowIdeal placed with fewer nodes, hosts or zones than wanted; spread again when they
 *     return
 * @param marked a collection has begun; for good
 */
public record ExtentDocument(
    ExtentId id,
    ObjectHash hash,
    long offset,
    Layout layout,
    long version,
    List<Shard> shards,
    List<BlockEntry> blocks,
    Set<Missing> missing,
    boolean belowIdeal,
    boolean marked) {
  /** The most blocks of an extent: 256 MiB of a file with blocks of 1 MiB. */
  public static final int MAX_BLOCKS = 256;

  /**
   * Where a shard column is.
   *
   * @param node the node's permanent id
   * @param attempt the attempt that is published
   */
  public record Shard(String node, long attempt) {}

  /**
   * A shard that is not where it should be.
   *
   * @param shard the shard's index
   * @param block the block's number, or {@link #ALL} for the whole column
   */
  public record Missing(int shard, int block) {
    /** Stands for every block of the column. */
    public static final int ALL = -1;
  }

  public ExtentDocument {
    if (version < 1) {
      throw new IllegalArgumentException("version " + version + ", expected 1 or more");
    }
    if (offset < 0) {
      throw new IllegalArgumentException("offset " + offset + ", expected 0 or more");
    }
    if (shards.size() != layout.width()) {
      throw new IllegalArgumentException(
          "%d shards of extent %s, expected %d".formatted(shards.size(), id, layout.width()));
    }
    if (blocks.isEmpty() || blocks.size() > MAX_BLOCKS) {
      throw new IllegalArgumentException(
          "%d blocks of extent %s, expected 1 to %d".formatted(blocks.size(), id, MAX_BLOCKS));
    }
    shards = List.copyOf(shards);
    blocks = List.copyOf(blocks);
    missing = Set.copyOf(missing);
  }

  /** Bytes of the part that this extent holds. */
  public long length() {
    return blocks.stream().mapToLong(BlockEntry::rawLength).sum();
  }

  /** The name of the published copy of shard column {@code shard}. */
  public ShardKey key(int shard) {
    return new ShardKey(id, shard, shards.get(shard).attempt());
  }

  /** The next version, with the mark of a collection. */
  public ExtentDocument withMark() {
    return new ExtentDocument(
        id, hash, offset, layout, version + 1, shards, blocks, missing, belowIdeal, true);
  }

  /** The next version, with more evidence of missing shards; a whole column covers its blocks. */
  public ExtentDocument withMissing(Set<Missing> found) {
    Set<Missing> all = new LinkedHashSet<>(missing);
    all.addAll(found);
    all.removeIf(
        one -> one.block() != Missing.ALL && all.contains(new Missing(one.shard(), Missing.ALL)));
    return new ExtentDocument(
        id, hash, offset, layout, version + 1, shards, blocks, all, belowIdeal, marked);
  }
}
