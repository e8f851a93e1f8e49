package io.mas.api.metadata;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bson.BsonType;
import org.bson.codecs.BsonTypeClassMap;
import org.bson.codecs.DocumentCodecProvider;
import org.bson.codecs.configuration.CodecRegistries;
import org.bson.codecs.configuration.CodecRegistry;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of MongoDB. What safety depends on is not a setting: writes are acknowledged by a
 * majority and journaled, reads go to the primary, whatever the URI says.
 *
 * @param uri where it is, with the name of the database, "mas" if it has none; a replica set or
 *     mongos
 * @param sslBundle the bundle of {@code spring.ssl.bundle} with the certificates to trust and, if
 *     the servers ask for one, the own; then the connection is by TLS, whatever the URI says. Null
 *     for what the JVM trusts, if the URI says {@code tls=true}
 * @param connectTimeout to open a connection
 * @param selectionTimeout to find a primary
 * @param timeout for an operation in all, with its retries; must be longer than the others
 * @param connections the most connections to each server
 */
@ConfigurationProperties("mas.mongodb")
public record MongoProperties(
    @DefaultValue("mongodb://127.0.0.1:27017") String uri,
    @Nullable String sslBundle,
    @DefaultValue("2s") Duration connectTimeout,
    @DefaultValue("2s") Duration selectionTimeout,
    @DefaultValue("4s") Duration timeout,
    @DefaultValue("100") int connections) {

  /** Bytes are read as bytes, and not as the driver's own type. */
  private static final CodecRegistry CODECS =
      CodecRegistries.fromRegistries(
          CodecRegistries.fromProviders(
              new DocumentCodecProvider(
                  new BsonTypeClassMap(Map.of(BsonType.BINARY, byte[].class)))),
          MongoClientSettings.getDefaultCodecRegistry());

  public MongoProperties {
    if (connectTimeout.toMillis() < 1 || selectionTimeout.toMillis() < 1 || connections < 1) {
      throw new IllegalArgumentException(
          "mas.mongodb.connect-timeout %s, selection-timeout %s and connections %d, expected 1 ms and 1 or more"
              .formatted(connectTimeout, selectionTimeout, connections));
    }
    if (timeout.compareTo(selectionTimeout) < 0 || timeout.compareTo(connectTimeout) < 0) {
      throw new IllegalArgumentException(
          "mas.mongodb.timeout %s, expected the longest: connect-timeout is %s, selection-timeout %s"
              .formatted(timeout, connectTimeout, selectionTimeout));
    }
  }

  /** All but the URI as by default. */
  public static MongoProperties at(String uri) {
    return new MongoProperties(
        uri, null, Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(4), 100);
  }

  /**
   * The URI, parsed.
   *
   * @throws MetadataStartException if it is none
   */
  ConnectionString connectionString() {
    try {
      return new ConnectionString(uri);
    } catch (IllegalArgumentException | MongoException e) {
      // Neither the URI nor this exception is told: there may be a password in them.
      throw new MetadataStartException(
          "mas.mongodb.uri cannot be used (%s)".formatted(e.getClass().getSimpleName()),
          "expected mongodb://[user:password@]host:port[,host:port]/[database]?replicaSet=name,"
              + " with special characters of the password percent-encoded",
          null);
    }
  }

  /** What the driver is told: the URI, then these settings, then what safety depends on. */
  MongoClientSettings.Builder settings(ConnectionString parsed) {
    return MongoClientSettings.builder()
        .applyConnectionString(parsed)
        .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .applyToClusterSettings(
            cluster ->
                cluster.serverSelectionTimeout(selectionTimeout.toMillis(), TimeUnit.MILLISECONDS))
        .applyToSocketSettings(
            socket -> socket.connectTimeout(connectTimeout.toMillis(), TimeUnit.MILLISECONDS))
        .applyToConnectionPoolSettings(pool -> pool.maxSize(connections))
        .codecRegistry(CODECS)
        .readPreference(ReadPreference.primary())
        .readConcern(ReadConcern.MAJORITY)
        .writeConcern(WriteConcern.MAJORITY.withJournal(true))
        .retryReads(true)
        .retryWrites(true);
  }

  /** The URI without user, password and options, for messages. */
  String place() {
    return uri.replaceFirst("//.*@", "//").replaceFirst("\\?.*", "");
  }

  @Override
  public String toString() {
    return "MongoProperties[%s, timeout %s]".formatted(place(), timeout);
  }
}
