package io.mas.api.metadata;

import com.mongodb.ConnectionString;
import com.mongodb.ErrorCategory;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoException;
import com.mongodb.MongoWriteException;
import com.mongodb.ReadConcern;
import com.mongodb.client.FindIterable;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.CountOptions;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.ReplaceOptions;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Documents in MongoDB: reads with a concern, and conditional writes of one document with the
 * outcomes of the seam. Thread-safe.
 *
 * <p><b>What became of a write.</b> The driver sends a write again after a network error or a
 * change of the primary, and a server remembers what it has answered, so that the second answer is
 * the first one. That memory may be lost with the server, and then the repetition of a write that
 * was applied finds its condition broken by itself. So a refusal counts only if the write was sent
 * once. Of two, or if there was no answer, it is unknown. A success counts however often it was
 * sent: every write is conditional on a version, or on there being none, and is in force then.
 */
final class MongoDocuments implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MongoDocuments.class);

  /** The most documents of one answer of the server, which also ends an answer at 16 MiB. */
  private static final int BATCH = 10_000;

  private static final int INDEX_HOURS = 1;

  private final MongoClient client;
  private final MongoDatabase database;
  private final AtomicBoolean closed = new AtomicBoolean();

  private MongoDocuments(MongoClient client, String database) {
    this.client = client;
    this.database = client.getDatabase(database);
  }

  /**
   * A client that connects when it is used.
   *
   * @throws MetadataStartException if the URI cannot be used
   */
  static MongoDocuments open(MongoProperties properties, MongoOption... options) {
    ConnectionString uri = properties.connectionString();
    MongoClientSettings.Builder settings =
        properties.settings(uri).addCommandListener(new MongoAttempts());
    List.of(options).forEach(option -> option.addTo(settings));
    String database = uri.getDatabase();
    return new MongoDocuments(
        MongoClients.create(settings.build()), database == null ? "mas" : database);
  }

  /** Makes an index if there is none of its name. */
  void ensure(MongoIndex index) {
    MongoCollection<Document> collection = database.getCollection(index.collection());
    read(
        () -> {
          List<String> names =
              collection.listIndexes().map(one -> one.getString("name")).into(new ArrayList<>());
          if (!names.contains(index.name())) {
            // On much data this takes as long as it takes.
            collection
                .withTimeout(INDEX_HOURS, TimeUnit.HOURS)
                .createIndex(
                    index.keys(), new IndexOptions().name(index.name()).sparse(index.sparse()));
          }
          return index;
        });
  }

  /** The document of a key. */
  Optional<Document> find(MongoKey key, Concern concern) {
    return Optional.ofNullable(
        read(
            () ->
                collection(key.collection(), concern).find(new Document("_id", key.id())).first()));
  }

  /** The documents of a range in the order of their keys. */
  List<Document> find(MongoKey.Range range, int limit, Concern concern) {
    return find(
        range.collection(),
        concern,
        documents ->
            documents.find(within(range)).sort(new Document("_id", 1)).limit(limit(limit)));
  }

  /** What a query over a collection finds. */
  List<Document> find(
      String collection,
      Concern concern,
      Function<MongoCollection<Document>, FindIterable<Document>> query) {
    return read(
        () ->
            query.apply(collection(collection, concern)).batchSize(BATCH).into(new ArrayList<>()));
  }

  /** What an aggregation over a collection yields. */
  List<Document> aggregate(String collection, List<Bson> pipeline) {
    return read(
        () ->
            collection(collection, Concern.MAJORITY)
                .aggregate(pipeline)
                .batchSize(BATCH)
                .into(new ArrayList<>()));
  }

  /** How many documents are in a range. */
  long count(MongoKey.Range range) {
    return read(
        () -> collection(range.collection(), Concern.MAJORITY).countDocuments(within(range)));
  }

  /** How many documents of a collection are so, but {@code limit} at most. */
  int count(String collection, Bson filter, int limit) {
    CountOptions most = new CountOptions().limit(limit(limit));
    return Math.toIntExact(
        read(() -> collection(collection, Concern.MAJORITY).countDocuments(filter, most)));
  }

  private static Document within(MongoKey.Range range) {
    return new Document(
        "_id", new Document("$gte", range.first().id()).append("$lte", range.last().id()));
  }

  /** For MongoDB, 0 is no limit at all. */
  static int limit(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit %d, expected 1 or more".formatted(limit));
    }
    return limit;
  }

  /** Inserts a document if there is none. */
  WriteOutcome insert(MongoKey key, Map<String, Object> fields) {
    return conditional(
        key,
        documents -> {
          try {
            return documents.insertOne(document(key, fields)).wasAcknowledged();
          } catch (MongoWriteException e) {
            return refusedAsDuplicate(e);
          }
        });
  }

  /** {@code _id} is the only unique index. */
  private static boolean refusedAsDuplicate(MongoWriteException e) {
    if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) {
      throw e;
    }
    return false;
  }

  /** Replaces a document if there is one and these fields of it have these values. */
  WriteOutcome replace(MongoKey key, Map<String, Object> having, Map<String, Object> fields) {
    return conditional(
        key,
        documents ->
            documents.replaceOne(condition(key, having), document(key, fields)).getMatchedCount()
                == 1);
  }

  /** Deletes a document if there is one and these fields of it have these values. */
  WriteOutcome delete(MongoKey key, Map<String, Object> having) {
    return conditional(
        key, documents -> documents.deleteOne(condition(key, having)).getDeletedCount() == 1);
  }

  /** Writes a document, whatever is there. */
  void put(MongoKey key, Map<String, Object> fields) {
    require(
        key,
        documents ->
            documents
                .replaceOne(
                    new Document("_id", key.id()),
                    document(key, fields),
                    new ReplaceOptions().upsert(true))
                .wasAcknowledged());
  }

  /** Deletes a document, whatever is there. */
  void remove(MongoKey key) {
    require(key, documents -> documents.deleteOne(new Document("_id", key.id())).wasAcknowledged());
  }

  private static Document condition(MongoKey key, Map<String, Object> having) {
    Document condition =
        new Document("_id", key.id()).append(DocumentFormat.FORMAT_FIELD, DocumentFormat.FORMAT);
    condition.putAll(having);
    return condition;
  }

  private static Document document(MongoKey key, Map<String, Object> fields) {
    Document document = new Document("_id", key.id());
    document.putAll(fields);
    return document;
  }

  /** Does a write that says whether its condition held. */
  private WriteOutcome conditional(MongoKey key, Predicate<MongoCollection<Document>> write) {
    WriteOutcome outcome = send(key, write);
    if (outcome == WriteOutcome.REFUSED) {
      requireKnownFormat(key);
    }
    return outcome;
  }

  private void require(MongoKey key, Predicate<MongoCollection<Document>> write) {
    if (send(key, write) != WriteOutcome.APPLIED) {
      throw unreachable(null);
    }
  }

  private WriteOutcome send(MongoKey key, Predicate<MongoCollection<Document>> write) {
    AtomicInteger attempts = new AtomicInteger();
    try {
      boolean applied =
          MongoAttempts.counting(
              attempts, () -> write.test(database.getCollection(key.collection())));
      return applied ? WriteOutcome.APPLIED : refused(attempts);
    } catch (MongoException | IllegalStateException e) {
      MasException failure = unreachable(e);
      if (attempts.get() == 0) {
        throw failure;
      }
      LOG.debug("no definite answer to a write of {}", key, e);
      return WriteOutcome.UNKNOWN;
    }
  }

  private static WriteOutcome refused(AtomicInteger attempts) {
    return attempts.get() == 1 ? WriteOutcome.REFUSED : WriteOutcome.UNKNOWN;
  }

  /** A document of another format has refused the write, whatever its version. */
  private void requireKnownFormat(MongoKey key) {
    find(key, Concern.MAJORITY).ifPresent(document -> Fields.read(key, document, fields -> key));
  }

  private MongoCollection<Document> collection(String name, Concern concern) {
    return database
        .getCollection(name)
        .withReadConcern(
            switch (concern) {
              case MAJORITY -> ReadConcern.MAJORITY;
              case LINEARIZABLE -> ReadConcern.LINEARIZABLE;
            });
  }

  private <T extends @Nullable Object> T read(Supplier<T> query) {
    try {
      return query.get();
    } catch (MongoException | IllegalStateException e) {
      throw unreachable(e);
    }
  }

  /** The message goes to clients: no address is in it. */
  private MasException unreachable(@Nullable Exception cause) {
    if (cause instanceof IllegalStateException fault && !closed.get()) {
      throw fault; // a closed client throws these too, and only then it is no fault
    }
    String reason = cause == null ? "" : " (" + cause.getClass().getSimpleName() + ")";
    return new MasException(
        ErrorCode.METADATA_UNREACHABLE, "the metadata database does not answer" + reason, cause);
  }

  @Override
  public void close() {
    closed.set(true);
    client.close();
  }
}
