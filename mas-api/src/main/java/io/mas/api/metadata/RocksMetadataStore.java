package io.mas.api.metadata;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ExtentId;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import tools.jackson.core.JacksonException;
import tools.jackson.dataformat.cbor.CBORMapper;

/**
 * The metadata in RocksDB, in a directory of this process: for the single-process installation and
 * for tests. Keys are in {@link RocksKey}, values are the fields of {@link DocumentFormat} in CBOR
 * (RFC 8949). Every write is forced to the disk before it returns, with its index entries, and
 * every read sees all writes that have returned, so that both concerns are the same here.
 */
public final class RocksMetadataStore implements MetadataStore {
  /** Of keys and indexes; documents have their own format number. */
  private static final String DIRECTORY_FORMAT = "1";

  private static final RocksKey FORMAT = RocksKey.setting("format");
  private static final RocksKey CLUSTER = RocksKey.setting("cluster");

  /** The most index entries that one listing looks at: about 0.2 s. */
  private static final int MAX_SCANNED = 100_000;

  /** The most rows of parts in one page: about 3 MB of heap. */
  private static final int MAX_PARTS_OF_PAGE = 50_000;

  private static final int MAX_FILES_OF_PAGE = 1000;
  private static final byte[] NOTHING = {};

  private final RocksDatabase database;
  private final CBORMapper cbor = new CBORMapper();

  private RocksMetadataStore(RocksDatabase database) {
    this.database = database;
  }

  /**
   * Opens the database in {@code directory}, and makes both if they are not there.
   *
   * @throws UnusableDirectoryException if another process has it open, a newer version of MAS wrote
   *     it, it is damaged, or it cannot be written to
   */
  public static RocksMetadataStore open(Path directory) {
    RocksDatabase database = new RocksDatabase(directory);
    try {
      checkFormat(database, directory);
      return new RocksMetadataStore(database);
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  private static void checkFormat(RocksDatabase database, Path directory) {
    database.update(FORMAT, (old, batch) -> old == null && put(batch, FORMAT, DIRECTORY_FORMAT));
    byte[] marker = database.get(FORMAT);
    String format = marker == null ? "none" : new String(marker, StandardCharsets.UTF_8);
    if (!format.equals(DIRECTORY_FORMAT)) {
      throw new UnusableDirectoryException(
          directory,
          "was written in format %s, this version of MAS knows %s"
              .formatted(format, DIRECTORY_FORMAT),
          "start the newer version of MAS again, or configure another directory",
          null);
    }
  }

  @Override
  public String clusterId() {
    database.update(
        CLUSTER, (old, batch) -> old == null && put(batch, CLUSTER, UUID.randomUUID().toString()));
    byte[] id = database.get(CLUSTER);
    if (id == null) {
      throw new MasException(ErrorCode.METADATA_UNREACHABLE, "the cluster id could not be saved");
    }
    return new String(id, StandardCharsets.UTF_8);
  }

  // Files

  @Override
  public Optional<FileDocument> file(ObjectHash hash, Concern concern) {
    return find(RocksKey.file(hash), DocumentFormat::file);
  }

  @Override
  public WriteOutcome compareAndSetFile(FileDocument next) {
    RocksKey key = RocksKey.file(next.hash());
    return database.update(
        key,
        (old, batch) -> {
          FileDocument before = decode(key, old, DocumentFormat::file);
          if (version(before, FileDocument::version) != next.version() - 1) {
            return false;
          }
          if (before != null && before.live()) {
            batch.delete(RocksKey.fileByTime(before).bytes());
          }
          if (next.live()) {
            put(batch, RocksKey.fileByTime(next), next.name());
          }
          return put(batch, key, DocumentFormat.fields(next));
        });
  }

  @Override
  public FilePage files(String namePrefix, String cursor, int limit) {
    requireLimit(limit, MAX_FILES_OF_PAGE);
    RocksKey all = RocksKey.filesByTime();
    Page page = new Page(namePrefix, limit);
    database.scan(all, cursor.isEmpty() ? all : after(cursor), page);
    return page.end();
  }

  private static RocksKey after(String cursor) {
    try {
      return RocksKey.afterCursor(cursor);
    } catch (IllegalArgumentException e) {
      throw new MasException(
          ErrorCode.PARAMETER_MALFORMED, "cursor is not one of a page before", e);
    }
  }

  /** Collects a page of the listing from the index of times. */
  private final class Page implements RocksDatabase.Visitor {
    private final String namePrefix;
    private final int limit;
    private final List<FileDocument> files = new ArrayList<>();
    private int scanned;
    private int parts;
    private @Nullable RocksKey last;
    private boolean more;

    Page(String namePrefix, int limit) {
      this.namePrefix = namePrefix;
      this.limit = limit;
    }

    @Override
    public boolean visit(RocksKey key, byte[] name) {
      if (files.size() == limit || scanned == MAX_SCANNED || parts >= MAX_PARTS_OF_PAGE) {
        more = true;
        return false;
      }
      scanned++;
      last = key;
      if (new String(name, StandardCharsets.UTF_8).startsWith(namePrefix)) {
        find(key.target('f'), DocumentFormat::file)
            .filter(file -> file.live() && RocksKey.fileByTime(file).equals(key))
            .filter(file -> file.name().startsWith(namePrefix))
            .ifPresent(this::add);
      }
      return true;
    }

    private void add(FileDocument file) {
      files.add(file);
      parts += file.parts().size();
    }

    FilePage end() {
      return new FilePage(files, more && last != null ? last.cursor() : "");
    }
  }

  // Extents

  @Override
  public List<ExtentDocument> extents(PartId part, int from, int limit, Concern concern) {
    RocksKey first = RocksKey.extent(new ExtentId(part, from));
    return list(RocksKey.extents(part), first, limit, DocumentFormat::extent);
  }

  @Override
  public List<ExtentDocument> extents(Collection<ExtentId> ids, Concern concern) {
    return ids.stream()
        .flatMap(id -> find(RocksKey.extent(id), DocumentFormat::extent).stream())
        .toList();
  }

  @Override
  public WriteOutcome insertExtent(ExtentDocument extent) {
    if (extent.version() != 1) {
      throw new IllegalArgumentException(
          "version %d of new extent %s, expected 1".formatted(extent.version(), extent.id()));
    }
    RocksKey key = RocksKey.extent(extent.id());
    return database.update(
        key, (old, batch) -> old == null && put(batch, key, DocumentFormat.fields(extent)));
  }

  @Override
  public WriteOutcome compareAndSetExtent(ExtentDocument next) {
    RocksKey key = RocksKey.extent(next.id());
    return database.update(
        key,
        (old, batch) -> {
          ExtentDocument before = decode(key, old, DocumentFormat::extent);
          return before != null
              && before.version() == next.version() - 1
              && put(batch, key, DocumentFormat.fields(next));
        });
  }

  @Override
  public WriteOutcome deleteExtent(ExtentId id, long version) {
    RocksKey key = RocksKey.extent(id);
    return database.update(
        key,
        (old, batch) -> {
          ExtentDocument before = decode(key, old, DocumentFormat::extent);
          return before != null && before.version() == version && delete(batch, key);
        });
  }

  // Uploads and chunks

  @Override
  public Optional<UploadDocument> upload(UploadId id, Concern concern) {
    return find(RocksKey.upload(id), DocumentFormat::upload);
  }

  @Override
  public List<UploadDocument> uploads(ObjectHash hash) {
    RocksKey all = RocksKey.uploads(hash);
    return list(all, all, Integer.MAX_VALUE, DocumentFormat::upload);
  }

  @Override
  public List<UploadDocument> uploadsExpiringBefore(long time, int limit) {
    requireLimit(limit, Integer.MAX_VALUE);
    List<UploadDocument> found = new ArrayList<>();
    RocksKey all = RocksKey.uploadsByExpiry();
    database.scan(
        all,
        all,
        (key, nothing) -> {
          if (found.size() == limit || key.number() >= time) {
            return false;
          }
          find(key.target('u'), DocumentFormat::upload)
              .filter(upload -> RocksKey.uploadByExpiry(upload).equals(key))
              .ifPresent(found::add);
          return true;
        });
    return found;
  }

  @Override
  public WriteOutcome compareAndSetUpload(UploadDocument next) {
    RocksKey key = RocksKey.upload(next.id());
    return database.update(
        key,
        (old, batch) -> {
          UploadDocument before = decode(key, old, DocumentFormat::upload);
          if (version(before, UploadDocument::version) != next.version() - 1) {
            return false;
          }
          if (before != null) {
            delete(batch, RocksKey.uploadByExpiry(before));
          }
          batch.put(RocksKey.uploadByExpiry(next).bytes(), NOTHING);
          return put(batch, key, DocumentFormat.fields(next));
        });
  }

  @Override
  public WriteOutcome deleteUpload(UploadId id, long version) {
    RocksKey key = RocksKey.upload(id);
    return database.update(
        key,
        (old, batch) -> {
          UploadDocument before = decode(key, old, DocumentFormat::upload);
          return before != null
              && before.version() == version
              && delete(batch, RocksKey.uploadByExpiry(before))
              && delete(batch, key);
        });
  }

  @Override
  public Optional<ChunkDocument> chunk(UploadId upload, long generation, int number) {
    return find(RocksKey.chunk(upload, generation, number), DocumentFormat::chunk);
  }

  @Override
  public List<ChunkDocument> chunks(UploadId upload, long generation) {
    RocksKey all = RocksKey.chunks(upload, generation);
    return list(all, all, Integer.MAX_VALUE, DocumentFormat::chunk);
  }

  @Override
  public int countChunks(UploadId upload, long generation) {
    RocksKey all = RocksKey.chunks(upload, generation);
    int[] count = {0};
    database.scan(
        all,
        all,
        (key, value) -> {
          count[0]++;
          return true;
        });
    return count[0];
  }

  @Override
  public WriteOutcome insertChunk(ChunkDocument chunk) {
    RocksKey key = key(chunk);
    return database.update(
        key, (old, batch) -> old == null && put(batch, key, DocumentFormat.fields(chunk)));
  }

  @Override
  public WriteOutcome replaceChunk(ChunkDocument next, PartId replaced) {
    RocksKey key = key(next);
    return database.update(
        key,
        (old, batch) ->
            names(replaced, decode(key, old, DocumentFormat::chunk))
                && put(batch, key, DocumentFormat.fields(next)));
  }

  @Override
  public WriteOutcome deleteChunk(ChunkDocument chunk) {
    RocksKey key = key(chunk);
    return database.update(
        key,
        (old, batch) ->
            names(chunk.part(), decode(key, old, DocumentFormat::chunk)) && delete(batch, key));
  }

  private static RocksKey key(ChunkDocument chunk) {
    return RocksKey.chunk(chunk.upload(), chunk.generation(), chunk.number());
  }

  private static boolean names(PartId part, @Nullable ChunkDocument chunk) {
    return chunk != null && chunk.part().equals(part);
  }

  // Garbage

  @Override
  public void putGarbage(GarbageDocument garbage) {
    RocksKey key = RocksKey.garbage(garbage.id());
    requireApplied(
        database.update(
            key,
            (old, batch) -> {
              GarbageDocument before = decode(key, old, DocumentFormat::garbage);
              if (before != null) {
                delete(batch, RocksKey.garbageByDue(before));
              }
              batch.put(RocksKey.garbageByDue(garbage).bytes(), NOTHING);
              return put(batch, key, DocumentFormat.fields(garbage));
            }));
  }

  @Override
  public List<GarbageDocument> dueGarbage(long time, int limit) {
    requireLimit(limit, Integer.MAX_VALUE);
    List<GarbageDocument> found = new ArrayList<>();
    RocksKey all = RocksKey.garbageByDue();
    database.scan(
        all,
        all,
        (key, nothing) -> {
          if (found.size() == limit || key.number() > time) {
            return false;
          }
          find(key.target('g'), DocumentFormat::garbage)
              .filter(garbage -> RocksKey.garbageByDue(garbage).equals(key))
              .ifPresent(found::add);
          return true;
        });
    return found;
  }

  @Override
  public void removeGarbage(String id) {
    RocksKey key = RocksKey.garbage(id);
    requireApplied(
        database.update(
            key,
            (old, batch) -> {
              GarbageDocument before = decode(key, old, DocumentFormat::garbage);
              return before != null
                  && delete(batch, RocksKey.garbageByDue(before))
                  && delete(batch, key);
            }));
  }

  private static void requireApplied(WriteOutcome outcome) {
    if (outcome == WriteOutcome.UNKNOWN) {
      throw new MasException(
          ErrorCode.METADATA_UNREACHABLE, "a note on garbage could not be forced to the disk");
    }
  }

  // Nodes

  @Override
  public List<NodeDocument> nodes() {
    RocksKey all = RocksKey.nodes();
    return list(all, all, Integer.MAX_VALUE, DocumentFormat::node);
  }

  @Override
  public Optional<NodeDocument> node(String nodeId) {
    return find(RocksKey.node(nodeId), DocumentFormat::node);
  }

  @Override
  public WriteOutcome compareAndSetNode(NodeDocument next) {
    RocksKey key = RocksKey.node(next.nodeId());
    return database.update(
        key,
        (old, batch) ->
            version(decode(key, old, DocumentFormat::node), NodeDocument::version)
                    == next.version() - 1
                && put(batch, key, DocumentFormat.fields(next)));
  }

  /** Waits for operations under way; later ones throw METADATA_UNREACHABLE. */
  @Override
  public void close() {
    database.close();
  }

  // Documents and values

  private <D> Optional<D> find(RocksKey key, BiFunction<Object, Map<?, ?>, D> reader) {
    return Optional.ofNullable(decode(key, database.get(key), reader));
  }

  private <D> List<D> list(
      RocksKey prefix, RocksKey from, int limit, BiFunction<Object, Map<?, ?>, D> reader) {
    requireLimit(limit, Integer.MAX_VALUE);
    List<D> found = new ArrayList<>();
    database.scan(
        prefix,
        from,
        (key, value) -> {
          found.add(decodePresent(key, value, reader));
          return found.size() < limit;
        });
    return found;
  }

  private <D> @Nullable D decode(
      RocksKey key, byte @Nullable [] value, BiFunction<Object, Map<?, ?>, D> reader) {
    return value == null ? null : decodePresent(key, value, reader);
  }

  private <D> D decodePresent(RocksKey key, byte[] value, BiFunction<Object, Map<?, ?>, D> reader) {
    Map<?, ?> fields;
    try {
      fields = cbor.readValue(value, Map.class);
    } catch (JacksonException e) {
      throw Fields.unreadable(key, e);
    }
    return reader.apply(key, fields);
  }

  private static <D> long version(@Nullable D document, ToLongFunction<D> version) {
    return document == null ? 0 : version.applyAsLong(document);
  }

  private static void requireLimit(int limit, int most) {
    if (limit < 1 || limit > most) {
      throw new IllegalArgumentException("limit %d, expected 1 to %d".formatted(limit, most));
    }
  }

  private boolean put(WriteBatch batch, RocksKey key, Map<String, Object> fields)
      throws RocksDBException {
    batch.put(key.bytes(), cbor.writeValueAsBytes(fields));
    return true;
  }

  private static boolean put(WriteBatch batch, RocksKey key, String text) throws RocksDBException {
    batch.put(key.bytes(), text.getBytes(StandardCharsets.UTF_8));
    return true;
  }

  private static boolean delete(WriteBatch batch, RocksKey key) throws RocksDBException {
    batch.delete(key.bytes());
    return true;
  }
}
