package io.mas.api.metadata;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import io.mas.common.object.ExtentId;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * The metadata in MongoDB: one collection for each kind of document, whose fields are those of
 * {@link DocumentFormat} and whose {@code _id} is as {@link MongoKey} says. Only the atomicity of
 * one document is relied on, so a replica set and a sharded cluster will do.
 */
public final class MongoMetadataStore implements MetadataStore {
  private static final int MAX_FILES_OF_PAGE = 1000;
  private static final MongoKey CLUSTER = MongoKey.setting("cluster");
  private static final MongoKey SWEEP = MongoKey.setting("sweep");

  // Fields that writes are conditional on, as DocumentFormat names them.
  private static final String VERSION = "version";
  private static final String GENERATION = "generation";
  private static final String PART = "part";

  private final MongoDocuments documents;

  private MongoMetadataStore(MongoDocuments documents) {
    this.documents = documents;
  }

  /**
   * Opens the database, which must answer, and makes the indexes that it lacks.
   *
   * @param options what this process adds to the client
   * @throws io.mas.common.error.MasException METADATA_UNREACHABLE if it does not answer
   * @throws MetadataStartException if the settings cannot be used
   */
  static MongoMetadataStore open(MongoProperties properties, MongoOption... options) {
    MongoDocuments documents = MongoDocuments.open(properties, options);
    try {
      for (MongoIndex index : MongoIndex.values()) {
        documents.ensure(index);
      }
      return new MongoMetadataStore(documents);
    } catch (RuntimeException e) {
      documents.close();
      throw e;
    }
  }

  /**
   * Opens the database and waits until it answers, however long that takes; the log says so. When
   * the thread is interrupted, the start ends.
   *
   * @param clusterId of the cluster that the database is to hold, 1 to 64 of 0-9, a-z and -; an
   *     empty database becomes this cluster's. "" for whatever cluster it holds
   * @param options what this process adds to the client
   * @throws MetadataStartException if the settings cannot be used, or the database holds another
   *     cluster, or was written by a newer version of MAS
   */
  public static MongoMetadataStore connect(
      MongoProperties properties, String clusterId, MongoOption... options) {
    return new MongoStart(properties, clusterId, options).connect(MongoStart.SAY_EVERY);
  }

  @Override
  public String clusterId() {
    return clusterId(UUID.randomUUID().toString());
  }

  /** The id of this cluster, which becomes {@code first} if it has none. */
  String clusterId(String first) {
    return savedClusterId().orElseGet(() -> saveClusterId(first));
  }

  private Optional<String> savedClusterId() {
    return find(
        CLUSTER,
        Concern.LINEARIZABLE,
        (name, values) -> Fields.read(name, values, fields -> fields.text("id")));
  }

  private String saveClusterId(String first) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put(DocumentFormat.FORMAT_FIELD, DocumentFormat.FORMAT);
    fields.put("id", first);
    WriteOutcome outcome = documents.insert(CLUSTER, fields);
    // Whoever was first has decided.
    return savedClusterId()
        .orElseThrow(() -> new IllegalStateException("cluster id was " + outcome + " and is gone"));
  }

  // Files

  @Override
  public Optional<FileDocument> file(ObjectHash hash, Concern concern) {
    return find(MongoKey.file(hash), concern, DocumentFormat::file);
  }

  @Override
  public WriteOutcome compareAndSetFile(FileDocument next) {
    return save(MongoKey.file(next.hash()), next.version(), DocumentFormat.fields(next));
  }

  @Override
  public FilePage files(String namePrefix, String cursor, int limit) {
    if (limit < 1 || limit > MAX_FILES_OF_PAGE) {
      throw new IllegalArgumentException(
          "limit %d, expected 1 to %d".formatted(limit, MAX_FILES_OF_PAGE));
    }
    return new MongoListing(documents, namePrefix, cursor, limit).page();
  }

  // Extents

  @Override
  public List<ExtentDocument> extents(PartId part, int from, int limit, Concern concern) {
    return list(MongoKey.extents(part, from), limit, concern, DocumentFormat::extent);
  }

  @Override
  public List<ExtentDocument> extents(Collection<ExtentId> ids, Concern concern) {
    Bson named = Filters.in("_id", ids.stream().map(id -> MongoKey.extent(id).id()).toList());
    return read(
        MongoKey.EXTENTS,
        documents.find(MongoKey.EXTENTS, concern, all -> all.find(named)),
        DocumentFormat::extent);
  }

  @Override
  public List<FileDocument> files(Collection<ObjectHash> hashes) {
    Bson named = Filters.in("_id", hashes.stream().map(hash -> MongoKey.file(hash).id()).toList());
    return read(
        MongoKey.FILES,
        documents.find(MongoKey.FILES, Concern.MAJORITY, all -> all.find(named)),
        DocumentFormat::file);
  }

  @Override
  public List<ExtentDocument> extents(@Nullable ExtentId after, int limit) {
    return pageOfExtents(new Document(), after, limit);
  }

  @Override
  public List<ExtentDocument> extentsToRepair(int least, long time, int limit) {
    Bson due =
        Filters.and(
            Filters.gte(DocumentFormat.REDUNDANCY, least),
            Filters.lte(DocumentFormat.NEXT_TRY, time));
    return first(MongoIndex.EXTENTS_TO_REPAIR, due, limit, DocumentFormat::extent);
  }

  @Override
  public int countExtentsToRepair(int below, int limit) {
    return documents.count(MongoKey.EXTENTS, Filters.lt(DocumentFormat.REDUNDANCY, below), limit);
  }

  @Override
  public List<ExtentDocument> extentsWithTurn(int least, long from, long to, int limit) {
    Bson turn =
        Filters.and(
            Filters.gte(DocumentFormat.REDUNDANCY, least),
            Filters.gte(DocumentFormat.NEXT_TRY, from),
            Filters.lt(DocumentFormat.NEXT_TRY, to));
    return first(MongoIndex.EXTENTS_TO_REPAIR, turn, limit, DocumentFormat::extent);
  }

  @Override
  public List<ExtentDocument> extentsOn(String nodeId, @Nullable ExtentId after, int limit) {
    return pageOfExtents(new Document(MongoIndex.NODE, nodeId), after, limit);
  }

  private List<ExtentDocument> pageOfExtents(Document which, @Nullable ExtentId after, int limit) {
    if (after != null) {
      which.append("_id", new Document("$gt", MongoKey.extent(after).id()));
    }
    return read(
        MongoKey.EXTENTS,
        documents.find(
            MongoKey.EXTENTS,
            Concern.MAJORITY,
            all -> all.find(which).sort(new Document("_id", 1)).limit(MongoDocuments.limit(limit))),
        DocumentFormat::extent);
  }

  @Override
  public WriteOutcome insertExtent(ExtentDocument extent) {
    if (extent.version() != 1) {
      throw new IllegalArgumentException(
          "version %d of new extent %s, expected 1".formatted(extent.version(), extent.id()));
    }
    return documents.insert(MongoKey.extent(extent.id()), DocumentFormat.fields(extent));
  }

  @Override
  public WriteOutcome compareAndSetExtent(ExtentDocument next) {
    return replace(MongoKey.extent(next.id()), next.version(), DocumentFormat.fields(next));
  }

  @Override
  public WriteOutcome deleteExtent(ExtentId id, long version) {
    return documents.delete(MongoKey.extent(id), Map.of(VERSION, version));
  }

  // Uploads and chunks

  @Override
  public Optional<UploadDocument> upload(UploadId id, Concern concern) {
    return find(MongoKey.upload(id), concern, DocumentFormat::upload);
  }

  @Override
  public List<UploadDocument> uploads(ObjectHash hash) {
    MongoKey.Range all = MongoKey.uploads(hash);
    return list(all, Integer.MAX_VALUE, Concern.MAJORITY, DocumentFormat::upload);
  }

  @Override
  public List<UploadDocument> uploadsExpiringBefore(long time, int limit) {
    Bson expiring = Filters.lt("expires", time);
    return first(MongoIndex.UPLOADS_BY_EXPIRY, expiring, limit, DocumentFormat::upload);
  }

  @Override
  public WriteOutcome compareAndSetUpload(UploadDocument next) {
    return next.version() == 1
        ? documents.insert(MongoKey.upload(next.id()), DocumentFormat.fields(next))
        : replaceUpload(next.generation(), next);
  }

  @Override
  public WriteOutcome replaceUpload(UploadDocument ended, UploadDocument next) {
    return replaceUpload(ended.generation(), next);
  }

  private WriteOutcome replaceUpload(long generation, UploadDocument next) {
    return documents.replace(
        MongoKey.upload(next.id()),
        upload(next.version() - 1, generation),
        DocumentFormat.fields(next));
  }

  @Override
  public WriteOutcome deleteUpload(UploadDocument upload) {
    return documents.delete(
        MongoKey.upload(upload.id()), upload(upload.version(), upload.generation()));
  }

  private static Map<String, Object> upload(long version, long generation) {
    return Map.of(VERSION, version, GENERATION, generation);
  }

  @Override
  public Optional<ChunkDocument> chunk(UploadId upload, long generation, int number) {
    MongoKey key = MongoKey.chunk(upload, generation, number);
    return find(key, Concern.MAJORITY, DocumentFormat::chunk);
  }

  @Override
  public List<ChunkDocument> chunks(UploadId upload, long generation) {
    MongoKey.Range all = MongoKey.chunks(upload, generation);
    return list(all, Integer.MAX_VALUE, Concern.LINEARIZABLE, DocumentFormat::chunk);
  }

  @Override
  public int countChunks(UploadId upload, long generation) {
    return Math.toIntExact(documents.count(MongoKey.chunks(upload, generation)));
  }

  @Override
  public WriteOutcome insertChunk(ChunkDocument chunk) {
    return documents.insert(key(chunk), DocumentFormat.fields(chunk));
  }

  @Override
  public WriteOutcome replaceChunk(ChunkDocument next, PartId replaced) {
    return documents.replace(key(next), Map.of(PART, bytes(replaced)), DocumentFormat.fields(next));
  }

  @Override
  public WriteOutcome deleteChunk(ChunkDocument chunk) {
    return documents.delete(key(chunk), Map.of(PART, bytes(chunk.part())));
  }

  private static MongoKey key(ChunkDocument chunk) {
    return MongoKey.chunk(chunk.upload(), chunk.generation(), chunk.number());
  }

  private static byte[] bytes(PartId part) {
    return PackedTables.ids(List.of(part));
  }

  // Garbage

  @Override
  public void putGarbage(GarbageDocument garbage) {
    documents.put(MongoKey.garbage(garbage.id()), DocumentFormat.fields(garbage));
  }

  @Override
  public List<GarbageDocument> dueGarbage(long time, int limit) {
    Bson due = Filters.lte("due", time);
    return first(MongoIndex.GARBAGE_BY_DUE, due, limit, DocumentFormat::garbage);
  }

  @Override
  public int countGarbage(long time, int limit) {
    return documents.count(MongoKey.GARBAGE, Filters.lte("due", time), limit);
  }

  @Override
  public void removeGarbage(String id) {
    documents.remove(MongoKey.garbage(id));
  }

  @Override
  public Optional<SweepDocument> sweep() {
    return find(SWEEP, Concern.LINEARIZABLE, DocumentFormat::sweep);
  }

  @Override
  public WriteOutcome compareAndSetSweep(SweepDocument next) {
    return save(SWEEP, next.version(), DocumentFormat.fields(next));
  }

  // Nodes

  @Override
  public List<NodeDocument> nodes() {
    return read(
        MongoKey.NODES,
        documents.find(MongoKey.NODES, Concern.MAJORITY, MongoCollection::find),
        DocumentFormat::node);
  }

  @Override
  public Optional<NodeDocument> node(String nodeId) {
    return find(MongoKey.node(nodeId), Concern.MAJORITY, DocumentFormat::node);
  }

  @Override
  public WriteOutcome compareAndSetNode(NodeDocument next) {
    return save(MongoKey.node(next.nodeId()), next.version(), DocumentFormat.fields(next));
  }

  // Processes

  @Override
  public List<ProcessDocument> processes() {
    return read(
        MongoKey.PROCESSES,
        documents.find(MongoKey.PROCESSES, Concern.MAJORITY, MongoCollection::find),
        DocumentFormat::process);
  }

  @Override
  public void putProcess(ProcessDocument process) {
    documents.put(MongoKey.process(process.id()), DocumentFormat.fields(process));
  }

  @Override
  public void removeProcess(String id) {
    documents.remove(MongoKey.process(id));
  }

  /** Operations under way end without an answer; later ones throw METADATA_UNREACHABLE. */
  @Override
  public void close() {
    documents.close();
  }

  // Documents and versions

  /** Writes a version if the one before is there; before the first, there is no document. */
  private WriteOutcome save(MongoKey key, long version, Map<String, Object> fields) {
    return version == 1 ? documents.insert(key, fields) : replace(key, version, fields);
  }

  private WriteOutcome replace(MongoKey key, long version, Map<String, Object> fields) {
    return documents.replace(key, Map.of(VERSION, version - 1), fields);
  }

  private <D> Optional<D> find(
      MongoKey key, Concern concern, BiFunction<Object, Map<?, ?>, D> reader) {
    return documents.find(key, concern).map(found -> reader.apply(key, found));
  }

  private <D> List<D> list(
      MongoKey.Range range, int limit, Concern concern, BiFunction<Object, Map<?, ?>, D> reader) {
    return read(range.collection(), documents.find(range, limit, concern), reader);
  }

  /** The first documents of an index that a filter on it takes. */
  private <D> List<D> first(
      MongoIndex index, Bson filter, int limit, BiFunction<Object, Map<?, ?>, D> reader) {
    return read(
        index.collection(),
        documents.find(
            index.collection(),
            Concern.MAJORITY,
            all -> all.find(filter).sort(index.keys()).limit(MongoDocuments.limit(limit))),
        reader);
  }

  private static <D> List<D> read(
      String collection, List<Document> found, BiFunction<Object, Map<?, ?>, D> reader) {
    return found.stream()
        .map(document -> reader.apply(MongoKey.of(collection, document), document))
        .toList();
  }
}
