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
  private final String name;
  private final MongoProperties properties;
  private final MongoClient past;

  MongoBackend() {
    this(MongoProperties.at(TestMongo.uri()));
  }

  /**
   * @param server where it is, and with what patience
   */
  MongoBackend(MongoProperties server) {
    name = "mas-" + UUID.randomUUID();
    properties =
        new MongoProperties(
            withDatabase(server.uri(), name),
            server.sslBundle(),
            server.connectTimeout(),
            server.selectionTimeout(),
            server.timeout(),
            server.connections());
    past = MongoClients.create(properties.settings(properties.connectionString()).build());
  }

  /** The same URI with this database; options may follow it. */
  private static String withDatabase(String uri, String database) {
    return uri.replaceFirst("(//[^/?]+)(/[^?]*)?", "$1/" + database);
  }

  /** The URI of a way to the same server, with this database. */
  String sameDatabase(String way) {
    return withDatabase(way, name);
  }

  MongoProperties properties() {
    return properties;
  }

  @Override
  public MetadataStore open() {
    return MongoMetadataStore.open(properties);
  }

  MetadataStore open(CommandListener listener) {
    return MongoMetadataStore.open(properties, client -> client.addCommandListener(listener));
  }

  /** The database past the store. */
  MongoDatabase database() {
    return database(past);
  }

  MongoDatabase database(MongoClient client) {
    return client.getDatabase(name);
  }

  /** The database of commands to the server. */
  MongoDatabase admin() {
    return past.getDatabase("admin");
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
