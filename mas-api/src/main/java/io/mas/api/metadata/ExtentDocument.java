package io.mas.api.metadata;

import io.mas.common.object.BlockEntry;
import io.mas.common.object.Compression;
import io.mas.common.object.ExtentId;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.ShardKey;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

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
 * @param turn when the repair looks at it; {@link Turn#NONE} for as long as it lacks nothing
 * @param fence how often copies were deleted that it does not name: whoever has written copies for
 *     this extent, and finds another fence before they are published, gives them up
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
    boolean marked,
    Turn turn,
    long fence) {
  /** Stands for no block: no byte has the checksum 0. */
  private static final BlockEntry NO_BLOCK = new BlockEntry(1, 1, Compression.RAW, 0);

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

  /**
   * When the repair looks at an extent that lacks something. There is no lease beside it: a worker
   * that takes the extent moves its next turn so far into the future as it wants to be alone, and
   * so does the backoff after a try that failed.
   *
   * @param since when it was first seen to lack something, Unix milliseconds; 0 if that is not
   *     known
   * @param next not looked at before, Unix milliseconds; from {@link #WAITING} on it is no time,
   *     but how many nodes there were, of which it needs more
   * @param tries tries in a row that did not complete it
   */
  public record Turn(long since, long next, int tries) {
    /** Of an extent that lacks nothing; of one that does, the first turn has come. */
    public static final Turn NONE = new Turn(0, 0, 0);

    /** Far beyond any time. */
    public static final long WAITING = 1L << 62;

    /**
     * No turn is put off for longer, in milliseconds. What seems to be comes from a clock that is
     * ahead by hours, and has come: else nobody would look at the extent for as long.
     */
    public static final long LONGEST = 3_600_000;

    public Turn {
      if (tries < 0) {
        throw new IllegalArgumentException("%d tries, expected 0 or more".formatted(tries));
      }
    }

    /** Whether the turn has come. */
    public boolean due(long now) {
      return next <= now || (next > now + LONGEST && next < WAITING);
    }

    /** The turn of a worker that is alone with the extent until {@code next}. */
    public Turn taken(long next) {
      return new Turn(since, next, tries + 1);
    }

    /**
     * The turn of an extent for which nothing can be done until more nodes than these take shards.
     */
    public Turn waiting(int nodes) {
      return new Turn(since, WAITING + nodes, tries);
    }

    /** The same of an extent that lacks something since then, Unix milliseconds. */
    public Turn since(long first) {
      return new Turn(first, next, tries);
    }

    /** Whether it waits for more nodes, however long that takes. */
    public boolean waits() {
      return next >= WAITING;
    }

    /** Whether no worker has taken it. */
    public boolean free(long now) {
      return next <= now || waits();
    }
  }

  /** An extent that the repair has not looked at. */
  public ExtentDocument(
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
    this(
        id,
        hash,
        offset,
        layout,
        version,
        shards,
        blocks,
        missing,
        belowIdeal,
        marked,
        Turn.NONE,
        0);
  }

  /**
   * The document of an extent that the collection takes before its writer has published it: marked,
   * and with a block table that stands for nothing. The writer's own document is then refused.
   */
  public static ExtentDocument seized(
      ExtentId id, ObjectHash hash, Layout layout, List<Shard> shards) {
    return new ExtentDocument(
        id, hash, 0, layout, 1, shards, List.of(NO_BLOCK), Set.of(), false, true);
  }

  /** Whether the collection has put this document in the place of its writer's. */
  public boolean seized() {
    return marked && blocks.equals(List.of(NO_BLOCK));
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

  /** Bytes of each shard of block {@code number}. */
  public int shardLength(int number) {
    return layout.shardLength(blocks.get(number).storedLength());
  }

  /** Bytes of one shard of every block. */
  public long columnLength() {
    return IntStream.range(0, blocks.size()).mapToLong(this::shardLength).sum();
  }

  /** Bytes of what is missing: so much must be written to make the extent whole. */
  public long missingLength() {
    return missing.stream()
        .mapToLong(one -> one.block() == Missing.ALL ? columnLength() : shardLength(one.block()))
        .sum();
  }

  /** The name of the published copy of shard column {@code shard}. */
  public ShardKey key(int shard) {
    return new ShardKey(id, shard, shards.get(shard).attempt());
  }

  /** Whether the repair has something to do: shards to rebuild, or to spread. */
  public boolean lacking() {
    return !missing.isEmpty() || belowIdeal;
  }

  /**
   * How many more shards may be lost so that every block can be read: m of a whole extent, negative
   * if a block cannot be read now.
   */
  public int redundancy() {
    Map<Integer, Integer> ofBlock = new HashMap<>();
    missing.forEach(one -> ofBlock.merge(one.block(), 1, Integer::sum));
    int columns = Objects.requireNonNullElse(ofBlock.remove(Missing.ALL), 0);
    return layout.m() - columns - ofBlock.values().stream().mapToInt(n -> n).max().orElse(0);
  }

  /** The next version, with the mark of a collection. */
  public ExtentDocument withMark() {
    return next(shards, missing, belowIdeal, true, turn);
  }

  /** The next version, before copies are deleted that it does not name. */
  public ExtentDocument fenced() {
    return new ExtentDocument(
        id,
        hash,
        offset,
        layout,
        version + 1,
        shards,
        blocks,
        missing,
        belowIdeal,
        marked,
        turn,
        fence + 1);
  }

  /**
   * The next version, with more evidence of missing shards; a whole column covers its blocks. What
   * is new is looked at now, whoever has the extent.
   *
   * @param now Unix milliseconds
   */
  public ExtentDocument withMissing(Set<Missing> found, long now) {
    Set<Missing> all = new LinkedHashSet<>(missing);
    all.addAll(found);
    all.removeIf(
        one -> one.block() != Missing.ALL && all.contains(new Missing(one.shard(), Missing.ALL)));
    long since = missing.isEmpty() || turn.since == 0 ? now : turn.since;
    return next(shards, all, belowIdeal, marked, new Turn(since, now, 0));
  }

  /** The next version, with another turn of the repair. */
  public ExtentDocument withTurn(Turn later) {
    return next(shards, missing, belowIdeal, marked, later);
  }

  /**
   * The next version after a repair: with what was moved, and with what it still lacks.
   *
   * @param turn of the repair, if it still lacks something
   */
  public ExtentDocument repaired(
      List<Shard> moved, Set<Missing> left, boolean stillBelowIdeal, Turn turn) {
    boolean whole = left.isEmpty() && !stillBelowIdeal;
    return next(moved, left, stillBelowIdeal, marked, whole ? Turn.NONE : turn);
  }

  private ExtentDocument next(
      List<Shard> at, Set<Missing> lost, boolean narrow, boolean collected, Turn then) {
    return new ExtentDocument(
        id, hash, offset, layout, version + 1, at, blocks, lost, narrow, collected, then, fence);
  }
}
