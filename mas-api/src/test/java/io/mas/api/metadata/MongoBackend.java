package io.mas.api.metadata;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import com.mongodb.event.CommandListener;
import io.mas.common.object.ObjectHash;
import java.util.Map;
import java.util.UUID;
import org.bson.Document;

/** A database of its own on the MongoDB of the tests. */
final class MongoBackend implements MetadataBackend {
  private final String name = "mas-" + UUID.randomUUID();
  private final MongoProperties properties;
  private final MongoClient past;

  MongoBackend() {
    properties = MongoProperties.at(withDatabase(TestMongo.uri(), name));
    past = MongoClients.create(properties.settings(properties.connectionString()).build());
  }

  /** The same URI with this database; options may follow it. */
  private static String withDatabase(String uri, String database) {
    return uri.replaceFirst("(//[^/?]+)(/[^?]*)?", "$1/" + database);
  }

  MongoProperties properties() {
    return properties;
  }

  @Override
  public MetadataStore open() {
    return MongoMetadataStore.open(properties);
  }

  MetadataStore open(CommandListener listener) {
    return MongoMetadataStore.open(properties, listener);
  }

  /** The database past the store. */
  MongoDatabase database() {
    return past.getDatabase(name);
  }

  @Override
  public void storeFile(ObjectHash hash, Map<String, Object> fields) {
    Document document = new Document("_id", MongoKey.file(hash).id());
    document.putAll(fields);
    database().getCollection(MongoKey.FILES).insertOne(document);
  }

  @Override
  public void close() {
    database().drop();
    past.close();
  }
}
