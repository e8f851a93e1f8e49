package io.mas.api.garbage;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.nodes.Member;
import io.mas.api.nodes.NodeException;
import io.mas.api.nodes.ShardClient;
import io.mas.common.object.ExtentId;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.Page;
import io.mas.common.protocol.StoredColumn;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Compares what a node holds with the extent documents. Decides nothing: what it finds may be under
 * way, and is looked at anew before it is deleted. Thread-safe.
 */
final class NodeInventory {
  /** Columns of a page: a node reads a header of each, and has 10 s for all of them. */
  private static final int PAGE = 250;

  private final ShardClient client;
  private final MetadataStore metadata;
  private final Pace pace;

  NodeInventory(ShardClient client, MetadataStore metadata, Pace pace) {
    this.client = client;
    this.metadata = metadata;
    this.pace = pace;
  }

  /**
   * What a node holds.
   *
   * @param columns looked at
   * @param bytes of them
   * @param unreadable columns that may be garbage and whose records cannot be read; they are left
   *     alone
   * @param unpublished the first of those
   */
  record Look(
      Member node,
      long columns,
      long bytes,
      long unreadable,
      List<UnknownColumn> unknown,
      List<UnpublishedColumn> unpublished) {}

  /**
   * How much may be found.
   *
   * @param unknown more ends the look, for then nothing will be deleted
   * @param unpublished more are left to the next sweep
   */
  record Most(long unknown, long unpublished) {}

  /**
   * Looks at all columns of a node, or until so many are found that nothing will be deleted.
   *
   * @param bornBefore younger parts without a document are left alone
   */
  Look look(Member node, Instant bornBefore, Most most) throws NodeException {
    Looking looking = new Looking(node, bornBefore, most.unpublished);
    @Nullable String cursor = "";
    while (cursor != null && looking.unknown.size() <= most.unknown) {
      Page<StoredColumn> page = client.inventory(node, cursor, PAGE);
      looking.look(page.rows());
      cursor = page.next();
      pace.next();
    }
    return looking.result();
  }

  /** One look at a node, page by page. */
  private final class Looking {
    private final Member node;
    private final Instant bornBefore;
    private final long most;
    private final List<UnknownColumn> unknown = new ArrayList<>();
    private final List<UnpublishedColumn> unpublished = new ArrayList<>();
    private long columns;
    private long bytes;
    private long unreadable;

    Looking(Member node, Instant bornBefore, long most) {
      this.node = node;
      this.bornBefore = bornBefore;
      this.most = most;
    }

    void look(List<StoredColumn> rows) {
      Set<ExtentId> ids =
          rows.stream()
              .map(row -> row.key().extent())
              .collect(Collectors.toCollection(HashSet::new));
      Map<ExtentId, ExtentDocument> documents =
          ids.isEmpty()
              ? Map.of()
              : metadata.extents(ids, Concern.MAJORITY).stream()
                  .collect(Collectors.toMap(ExtentDocument::id, Function.identity()));
      for (StoredColumn row : rows) {
        columns++;
        bytes += row.bytes();
        ShardKey key = row.key();
        ExtentDocument document = documents.get(key.extent());
        if (document == null) {
          unknown(row, key);
        } else if (!published(document, node.id(), key) && unpublished.size() < most) {
          unpublished.add(new UnpublishedColumn(node, key));
        }
      }
    }

    private void unknown(StoredColumn row, ShardKey key) {
      if (key.extent().part().born().isAfter(bornBefore)) {
        return; // whoever writes it may be under way
      }
      if (row.hash() == null || row.layout() == null || key.shard() >= row.layout().width()) {
        unreadable++;
        return;
      }
      unknown.add(
          new UnknownColumn(
              node, key, Objects.requireNonNull(row.hash()), Objects.requireNonNull(row.layout())));
    }

    Look result() {
      return new Look(node, columns, bytes, unreadable, unknown, unpublished);
    }
  }

  /** Whether this copy is the one that the document names. */
  static boolean published(ExtentDocument document, String node, ShardKey key) {
    return key.shard() < document.shards().size()
        && document.shards().get(key.shard()).equals(new ExtentDocument.Shard(node, key.attempt()));
  }
}
