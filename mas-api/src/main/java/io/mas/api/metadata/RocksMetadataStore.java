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
import java.util.Optional;
import java.util.UUID;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The metadata in RocksDB, in a directory of this process: for the single-process installation and
 * for tests. Keys are in {@link RocksKey}, values as {@link RocksDocuments} says. Every write is
 * forced to the disk before it returns, with its index entries, and every read sees all writes that
 * have returned, so that both concerns are the same here.
 */
public final class RocksMetadataStore implements MetadataStore {
  /** Of keys and indexes; documents have their own format number. */
  private static final String DIRECTORY_FORMAT = "1";

  private static final RocksKey FORMAT = RocksKey.setting("format");
  private static final RocksKey CLUSTER = RocksKey.setting("cluster");
  private static final RocksKey SWEEP = RocksKey.setting("sweep");

  /** The most index entries that one listing looks at: about 0.2 s. */
  private static final int MAX_SCANNED = 100_000;

  /** The most rows of parts in one page: about 3 MB of heap. */
  private static final int MAX_PARTS_OF_PAGE = 50_000;

  private static final int MAX_FILES_OF_PAGE = 1000;

  private final RocksDatabase database;
  private final RocksDocuments documents;
  private final RocksExtents extents;

  private RocksMetadataStore(RocksDatabase database) {
    this.database = database;
    this.documents = new RocksDocuments(database);
    this.extents = new RocksExtents(database, documents);
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
    database.update(
        FORMAT, (old, batch) -> old == null && RocksDocuments.put(batch, FORMAT, DIRECTORY_FORMAT));
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
        CLUSTER,
        (old, batch) ->
            old == null && RocksDocuments.put(batch, CLUSTER, UUID.randomUUID().toString()));
    byte[] id = database.get(CLUSTER);
    if (id == null) {
      throw new MasException(ErrorCode.METADATA_UNREACHABLE, "the cluster id could not be saved");
    }
    return new String(id, StandardCharsets.UTF_8);
  }

  // Files

  @Override
  public Optional<FileDocument> file(ObjectHash hash, Concern concern) {
    return documents.find(RocksKey.file(hash), DocumentFormat::file);
  }

  @Override
  public WriteOutcome compareAndSetFile(FileDocument next) {
    RocksKey key = RocksKey.file(next.hash());
    return database.update(
        key,
        (old, batch) -> {
          FileDocument before = documents.decode(key, old, DocumentFormat::file);
          if (version(before, FileDocument::version) != next.version() - 1) {
            return false;
          }
          if (before != null && before.live()) {
            batch.delete(RocksKey.fileByTime(before).bytes());
          }
          if (next.live()) {
            RocksDocuments.put(batch, RocksKey.fileByTime(next), next.name());
          }
          return documents.put(batch, key, DocumentFormat.fields(next));
        });
  }

  @Override
  public FilePage files(String namePrefix, String cursor, int limit) {
    RocksDocuments.requireLimit(limit, MAX_FILES_OF_PAGE);
    RocksKey all = RocksKey.filesByTime();
    Page page = new Page(namePrefix, limit);
    database.scan(all, cursor.isEmpty() ? all : after(cursor), page);
    return page.end();
  }

  @Override
  public List<FileDocument> files(Collection<ObjectHash> hashes) {
    return hashes.stream().flatMap(hash -> file(hash, Concern.MAJORITY).stream()).toList();
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
        documents
            .find(key.target('f'), DocumentFormat::file)
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
    return extents.of(part, from, limit);
  }

  @Override
  public List<ExtentDocument> extents(Collection<ExtentId> ids, Concern concern) {
    return extents.of(ids);
  }

  @Override
  public List<ExtentDocument> extents(@Nullable ExtentId after, int limit) {
    return extents.all(after, limit);
  }

  @Override
  public List<ExtentDocument> extentsToRepair(int least, long time, int limit) {
    return extents.toRepair(least, time, limit);
  }

  @Override
  public int countExtentsToRepair(int below, int limit) {
    return extents.countToRepair(below, limit);
  }

  @Override
  public List<ExtentDocument> extentsWithTurn(int least, long from, long to, int limit) {
    return extents.withTurn(least, from, to, limit);
  }

  @Override
  public List<ExtentDocument> extentsOn(String nodeId, @Nullable ExtentId after, int limit) {
    return extents.on(nodeId, after, limit);
  }

  @Override
  public WriteOutcome insertExtent(ExtentDocument extent) {
    return extents.insert(extent);
  }

  @Override
  public WriteOutcome compareAndSetExtent(ExtentDocument next) {
    return extents.compareAndSet(next);
  }

  @Override
  public WriteOutcome deleteExtent(ExtentId id, long version) {
    return extents.delete(id, version);
  }

  // Uploads and chunks

  @Override
  public Optional<UploadDocument> upload(UploadId id, Concern concern) {
    return documents.find(RocksKey.upload(id), DocumentFormat::upload);
  }

  @Override
  public List<UploadDocument> uploads(ObjectHash hash) {
    RocksKey all = RocksKey.uploads(hash);
    return documents.list(all, all, Integer.MAX_VALUE, DocumentFormat::upload);
  }

  @Override
  public List<UploadDocument> uploadsExpiringBefore(long time, int limit) {
    RocksDocuments.requireLimit(limit, Integer.MAX_VALUE);
    List<UploadDocument> found = new ArrayList<>();
    RocksKey all = RocksKey.uploadsByExpiry();
    database.scan(
        all,
        all,
        (key, nothing) -> {
          if (found.size() == limit || key.number() >= time) {
            return false;
          }
          documents
              .find(key.target('u'), DocumentFormat::upload)
              .filter(upload -> RocksKey.uploadByExpiry(upload).equals(key))
              .ifPresent(found::add);
          return true;
        });
    return found;
  }

  @Override
  public WriteOutcome compareAndSetUpload(UploadDocument next) {
    return replaceUpload(next.generation(), next);
  }

  @Override
  public WriteOutcome replaceUpload(UploadDocument ended, UploadDocument next) {
    return replaceUpload(ended.generation(), next);
  }

  private WriteOutcome replaceUpload(long generation, UploadDocument next) {
    RocksKey key = RocksKey.upload(next.id());
    return database.update(
        key,
        (old, batch) -> {
          UploadDocument before = documents.decode(key, old, DocumentFormat::upload);
          boolean another = before != null && before.generation() != generation;
          if (another || version(before, UploadDocument::version) != next.version() - 1) {
            return false;
          }
          if (before != null) {
            RocksDocuments.delete(batch, RocksKey.uploadByExpiry(before));
          }
          RocksDocuments.index(batch, RocksKey.uploadByExpiry(next));
          return documents.put(batch, key, DocumentFormat.fields(next));
        });
  }

  @Override
  public WriteOutcome deleteUpload(UploadDocument upload) {
    RocksKey key = RocksKey.upload(upload.id());
    return database.update(
        key,
        (old, batch) -> {
          UploadDocument before = documents.decode(key, old, DocumentFormat::upload);
          return before != null
              && before.version() == upload.version()
              && before.generation() == upload.generation()
              && RocksDocuments.delete(batch, RocksKey.uploadByExpiry(before))
              && RocksDocuments.delete(batch, key);
        });
  }

  @Override
  public Optional<ChunkDocument> chunk(UploadId upload, long generation, int number) {
    return documents.find(RocksKey.chunk(upload, generation, number), DocumentFormat::chunk);
  }

  @Override
  public List<ChunkDocument> chunks(UploadId upload, long generation) {
    RocksKey all = RocksKey.chunks(upload, generation);
    return documents.list(all, all, Integer.MAX_VALUE, DocumentFormat::chunk);
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
        key,
        (old, batch) -> old == null && documents.put(batch, key, DocumentFormat.fields(chunk)));
  }

  @Override
  public WriteOutcome replaceChunk(ChunkDocument next, PartId replaced) {
    RocksKey key = key(next);
    return database.update(
        key,
        (old, batch) ->
            names(replaced, documents.decode(key, old, DocumentFormat::chunk))
                && documents.put(batch, key, DocumentFormat.fields(next)));
  }

  @Override
  public WriteOutcome deleteChunk(ChunkDocument chunk) {
    RocksKey key = key(chunk);
    return database.update(
        key,
        (old, batch) ->
            names(chunk.part(), documents.decode(key, old, DocumentFormat::chunk))
                && RocksDocuments.delete(batch, key));
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
              GarbageDocument before = documents.decode(key, old, DocumentFormat::garbage);
              if (before != null) {
                RocksDocuments.delete(batch, RocksKey.garbageByDue(before));
              }
              RocksDocuments.index(batch, RocksKey.garbageByDue(garbage));
              return documents.put(batch, key, DocumentFormat.fields(garbage));
            }));
  }

  @Override
  public List<GarbageDocument> dueGarbage(long time, int limit) {
    RocksDocuments.requireLimit(limit, Integer.MAX_VALUE);
    List<GarbageDocument> found = new ArrayList<>();
    RocksKey all = RocksKey.garbageByDue();
    database.scan(
        all,
        all,
        (key, nothing) -> {
          if (found.size() == limit || key.number() > time) {
            return false;
          }
          documents
              .find(key.target('g'), DocumentFormat::garbage)
              .filter(garbage -> RocksKey.garbageByDue(garbage).equals(key))
              .ifPresent(found::add);
          return true;
        });
    return found;
  }

  @Override
  public int countGarbage(long time, int limit) {
    RocksKey all = RocksKey.garbageByDue();
    return documents.keys(all, all, limit, key -> key.number() <= time).size();
  }

  @Override
  public void removeGarbage(String id) {
    RocksKey key = RocksKey.garbage(id);
    requireApplied(
        database.update(
            key,
            (old, batch) -> {
              GarbageDocument before = documents.decode(key, old, DocumentFormat::garbage);
              return before != null
                  && RocksDocuments.delete(batch, RocksKey.garbageByDue(before))
                  && RocksDocuments.delete(batch, key);
            }));
  }

  @Override
  public Optional<SweepDocument> sweep() {
    return documents.find(SWEEP, DocumentFormat::sweep);
  }

  @Override
  public WriteOutcome compareAndSetSweep(SweepDocument next) {
    return database.update(
        SWEEP,
        (old, batch) ->
            version(documents.decode(SWEEP, old, DocumentFormat::sweep), SweepDocument::version)
                    == next.version() - 1
                && documents.put(batch, SWEEP, DocumentFormat.fields(next)));
  }

  private static void requireApplied(WriteOutcome outcome) {
    if (outcome == WriteOutcome.UNKNOWN) {
      throw new MasException(
          ErrorCode.METADATA_UNREACHABLE, "a note could not be forced to the disk");
    }
  }

  // Nodes

  @Override
  public List<NodeDocument> nodes() {
    RocksKey all = RocksKey.nodes();
    return documents.list(all, all, Integer.MAX_VALUE, DocumentFormat::node);
  }

  @Override
  public Optional<NodeDocument> node(String nodeId) {
    return documents.find(RocksKey.node(nodeId), DocumentFormat::node);
  }

  @Override
  public WriteOutcome compareAndSetNode(NodeDocument next) {
    RocksKey key = RocksKey.node(next.nodeId());
    return database.update(
        key,
        (old, batch) ->
            version(documents.decode(key, old, DocumentFormat::node), NodeDocument::version)
                    == next.version() - 1
                && documents.put(batch, key, DocumentFormat.fields(next)));
  }

  // Processes

  @Override
  public List<ProcessDocument> processes() {
    RocksKey all = RocksKey.processes();
    return documents.list(all, all, Integer.MAX_VALUE, DocumentFormat::process);
  }

  @Override
  public void putProcess(ProcessDocument process) {
    RocksKey key = RocksKey.process(process.id());
    requireApplied(
        database.update(
            key, (old, batch) -> documents.put(batch, key, DocumentFormat.fields(process))));
  }

  @Override
  public void removeProcess(String id) {
    RocksKey key = RocksKey.process(id);
    requireApplied(database.update(key, (old, batch) -> RocksDocuments.delete(batch, key)));
  }

  /** Waits for operations under way; later ones throw METADATA_UNREACHABLE. */
  @Override
  public void close() {
    database.close();
  }

  private static <D> long version(@Nullable D document, ToLongFunction<D> version) {
    return document == null ? 0 : version.applyAsLong(document);
  }
}
