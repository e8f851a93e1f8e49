package io.mas.api.metadata;

import io.mas.common.object.ExtentId;
import io.mas.common.object.PartId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** The extents in the embedded database, with their indexes. Thread-safe. */
final class RocksExtents {
  private final RocksDatabase database;
  private final RocksDocuments documents;

  RocksExtents(RocksDatabase database, RocksDocuments documents) {
    this.database = database;
    this.documents = documents;
  }

  List<ExtentDocument> of(PartId part, int from, int limit) {
    RocksKey first = RocksKey.extent(new ExtentId(part, from));
    return documents.list(RocksKey.extents(part), first, limit, DocumentFormat::extent);
  }

  List<ExtentDocument> of(Collection<ExtentId> ids) {
    return ids.stream()
        .flatMap(id -> documents.find(RocksKey.extent(id), DocumentFormat::extent).stream())
        .toList();
  }

  List<ExtentDocument> all(@Nullable ExtentId after, int limit) {
    RocksKey all = RocksKey.extents();
    RocksKey from = after == null ? all : RocksKey.extent(after).next();
    return documents.list(all, from, limit, DocumentFormat::extent);
  }

  List<ExtentDocument> toRepair(int least, long time, int limit) {
    return lacking(least, turn -> turn <= time, limit);
  }

  int countToRepair(int below, int limit) {
    RocksKey all = RocksKey.extentsToRepair();
    return documents.keys(all, all, limit, key -> key.number() < below).size();
  }

  List<ExtentDocument> withTurn(int least, long from, long to, int limit) {
    return lacking(least, turn -> turn >= from && turn < to, limit);
  }

  private List<ExtentDocument> lacking(int least, LongPredicate wanted, int limit) {
    return indexed(
        RocksKey.extentsToRepair(),
        RocksKey.extentsToRepair(least),
        (key, extent) -> extent.lacking() && RocksKey.extentToRepair(extent).equals(key),
        key -> wanted.test(key.turn()),
        limit);
  }

  List<ExtentDocument> on(String node, @Nullable ExtentId after, int limit) {
    RocksKey all = RocksKey.extentsOn(node);
    RocksKey from = after == null ? all : RocksKey.extentOn(node, after).next();
    return indexed(all, from, (_, extent) -> nodes(extent).contains(node), _ -> true, limit);
  }

  /**
   * Extents by an index. One that has changed between key and document does not count, so that a
   * page with fewer than {@code limit} says that it is the last.
   *
   * @param still whether the document is what its key says
   */
  private List<ExtentDocument> indexed(
      RocksKey index,
      RocksKey from,
      BiPredicate<RocksKey, ExtentDocument> still,
      Predicate<RocksKey> wanted,
      int limit) {
    RocksDocuments.requireLimit(limit, Integer.MAX_VALUE);
    List<ExtentDocument> found = new ArrayList<>();
    database.scan(
        index,
        from,
        (key, nothing) -> {
          if (wanted.test(key)) {
            documents
                .find(key.extentAtEnd(), DocumentFormat::extent)
                .filter(extent -> still.test(key, extent))
                .ifPresent(found::add);
          }
          return found.size() < limit;
        });
    return found;
  }

  WriteOutcome insert(ExtentDocument extent) {
    if (extent.version() != 1) {
      throw new IllegalArgumentException(
          "version %d of new extent %s, expected 1".formatted(extent.version(), extent.id()));
    }
    return database.update(
        RocksKey.extent(extent.id()), (old, batch) -> old == null && replace(batch, null, extent));
  }

  WriteOutcome compareAndSet(ExtentDocument next) {
    RocksKey key = RocksKey.extent(next.id());
    return database.update(
        key,
        (old, batch) -> {
          ExtentDocument before = documents.decode(key, old, DocumentFormat::extent);
          return before != null
              && before.version() == next.version() - 1
              && replace(batch, before, next);
        });
  }

  WriteOutcome delete(ExtentId id, long version) {
    RocksKey key = RocksKey.extent(id);
    return database.update(
        key,
        (old, batch) -> {
          ExtentDocument before = documents.decode(key, old, DocumentFormat::extent);
          return before != null
              && before.version() == version
              && unindex(batch, before)
              && RocksDocuments.delete(batch, key);
        });
  }

  private boolean replace(WriteBatch batch, @Nullable ExtentDocument before, ExtentDocument next)
      throws RocksDBException {
    if (before != null) {
      unindex(batch, before);
    }
    if (next.lacking()) {
      RocksDocuments.index(batch, RocksKey.extentToRepair(next));
    }
    for (String node : nodes(next)) {
      RocksDocuments.index(batch, RocksKey.extentOn(node, next.id()));
    }
    return documents.put(batch, RocksKey.extent(next.id()), DocumentFormat.fields(next));
  }

  private static boolean unindex(WriteBatch batch, ExtentDocument before) throws RocksDBException {
    if (before.lacking()) {
      RocksDocuments.delete(batch, RocksKey.extentToRepair(before));
    }
    for (String node : nodes(before)) {
      RocksDocuments.delete(batch, RocksKey.extentOn(node, before.id()));
    }
    return true;
  }

  private static Set<String> nodes(ExtentDocument extent) {
    return extent.shards().stream()
        .map(ExtentDocument.Shard::node)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
