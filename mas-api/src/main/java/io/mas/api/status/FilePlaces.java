package io.mas.api.status;

import io.mas.api.nodes.NodeView;
import io.mas.api.object.FileInfo;
import io.mas.common.object.Layout;
import io.mas.common.object.PartId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the shards of a file are, a page of at most {@value #MOST} extents.
 *
 * @param info what is stored
 * @param live whether the file exists; what is left of a deleted one is being collected
 * @param parts those of the page
 * @param next where the next page begins; null if this is the last
 */
public record FilePlaces(
    FileInfo info, boolean live, List<PartPlaces> parts, @Nullable Place next) {
  /** Extents of a page. */
  static final int MOST = 100;

  /**
   * Where a page begins.
   *
   * @param part its place in the file, from 0
   * @param ordinal of the extent in the part
   * @param offset of the extent's first byte in the part
   */
  public record Place(int part, int ordinal, long offset) {
    /** The first page. */
    public static final Place START = new Place(0, 0, 0);

    public Place {
      if (part < 0 || ordinal < 0 || offset < 0) {
        throw new IllegalArgumentException(
            "place %d, %d, %d, expected 0 or more".formatted(part, ordinal, offset));
      }
    }
  }

  /**
   * A part of the file, or what the page has of it.
   *
   * @param number its place in the file, from 0
   * @param length bytes of the whole part
   * @param unplaced bytes that belong into this page and that no extent has; 0 as it should be, but
   *     for a deleted file that is being collected
   */
  public record PartPlaces(
      int number, PartId id, long length, List<ExtentPlaces> extents, long unplaced) {
    public PartPlaces {
      extents = List.copyOf(extents);
    }

    private boolean whole() {
      return unplaced == 0 && extents.stream().allMatch(ExtentPlaces::whole);
    }
  }

  /**
   * An extent of a part.
   *
   * @param ordinal its place in the part, from 0
   * @param offset of its first byte in the part
   * @param length bytes of the file that it has
   * @param redundancy how many more shards of each block may be lost, by what is known to be
   *     missing; m of a whole extent
   * @param mayFail how many more nodes may fail so that it can be read; negative if it cannot now
   * @param unspread whether a node has several of its shards, for want of nodes
   * @param marked whether its collection has begun, which means nothing in a live file
   * @param since when it was first seen to lack something, Unix milliseconds; 0 if it is not known
   * @param nextTry of its repair, Unix milliseconds; 0 if it lacks nothing, or waits for more nodes
   * @param tries of its repair, in a row, that did not complete it
   * @param shards in their order, k+m of them
   */
  public record ExtentPlaces(
      int ordinal,
      long offset,
      long length,
      Layout layout,
      int redundancy,
      int mayFail,
      boolean unspread,
      boolean marked,
      long since,
      long nextTry,
      int tries,
      List<ShardPlace> shards) {
    public ExtentPlaces {
      shards = List.copyOf(shards);
    }

    private boolean whole() {
      return shards.stream().allMatch(ShardPlace::there);
    }
  }

  /**
   * Where a shard column is, or should be.
   *
   * @param node the node's id
   * @param attempt the attempt that is published
   * @param standing how the node is; null if it was never heard of
   * @param missing whether the whole column is known to be missing
   * @param missingBlocks the blocks that are known to be missing or damaged, in order
   */
  public record ShardPlace(
      String node,
      long attempt,
      NodeView.@Nullable Standing standing,
      boolean missing,
      List<Integer> missingBlocks) {
    public ShardPlace {
      missingBlocks = List.copyOf(missingBlocks);
    }

    /** Whether nothing of it is known to be missing, and its node serves. */
    private boolean there() {
      return !missing && missingBlocks.isEmpty() && standing != null && standing.serves();
    }
  }

  public FilePlaces {
    parts = List.copyOf(parts);
  }

  /**
   * Whether everything in this page is as it should be: the file is live, every byte is placed, no
   * shard is known to be missing, and every node that has one serves.
   */
  public boolean whole() {
    return live && parts.stream().allMatch(PartPlaces::whole);
  }
}
