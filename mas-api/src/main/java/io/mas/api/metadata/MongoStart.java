package io.mas.api.metadata;

import com.mongodb.MongoException;
import io.mas.common.error.MasException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for MongoDB, says so, and goes on when it answers. */
final class MongoStart {
  private static final Logger LOG = LoggerFactory.getLogger(MongoStart.class);
  private static final Duration RETRY_AFTER = Duration.ofMillis(500);

  /** The log says so often that the start still waits. */
  static final Duration SAY_EVERY = Duration.ofSeconds(10);

  private static final Pattern CLUSTER_ID = Pattern.compile("[0-9a-z-]{0,64}");

  private final MongoProperties properties;
  private final String clusterId;
  private final MongoOption[] options;

  MongoStart(MongoProperties properties, String clusterId, MongoOption... options) {
    if (!CLUSTER_ID.matcher(clusterId).matches()) {
      throw new MetadataStartException(
          "mas.cluster-id is '%s'".formatted(clusterId),
          "expected 1 to 64 of 0-9, a-z and -",
          null);
    }
    this.properties = properties;
    this.clusterId = clusterId;
    this.options = options;
  }

  /**
   * Connects on another thread. So this one waits without a limit of time, which is what Spring
   * looks for: it interrupts such a start when the process is told to stop.
   */
  MongoMetadataStore connect(Duration sayEvery) {
    FutureTask<MongoMetadataStore> connecting = new FutureTask<>(() -> await(sayEvery));
    Thread.ofVirtual().name("mas-mongodb-start").start(connecting);
    try {
      return connecting.get();
    } catch (InterruptedException e) {
      connecting.cancel(true);
      Thread.currentThread().interrupt();
      throw new MetadataStartException(
          "the start was ended while MongoDB at %s did not answer".formatted(properties.place()),
          "start again",
          e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    }
  }

  private MongoMetadataStore await(Duration sayEvery) throws InterruptedException {
    long said = System.nanoTime() - sayEvery.toNanos();
    while (true) {
      try {
        return open();
      } catch (MasException e) {
        MongoException noAnswer = noAnswer(e);
        if (System.nanoTime() - said >= sayEvery.toNanos()) {
          said = System.nanoTime();
          LOG.warn(
              "waiting for MongoDB at {}: check that it runs, can be reached from here and has a"
                  + " primary, and the user and password in mas.mongodb.uri ({})",
              properties.place(),
              noAnswer.getMessage());
        }
      }
      Thread.sleep(RETRY_AFTER);
    }
  }

  /** Why it did not answer; if it did, waiting does not help. */
  private MongoException noAnswer(MasException e) {
    if (e.getCause() instanceof MongoException cause) {
      return cause;
    }
    throw new MetadataStartException(
        "MongoDB at %s cannot be used: %s".formatted(properties.place(), e.getMessage()),
        "start the version of MAS that wrote it, or name another database in mas.mongodb.uri",
        e);
  }

  private MongoMetadataStore open() {
    MongoMetadataStore store = MongoMetadataStore.open(properties, options);
    try {
      requireCluster(store);
      return store;
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private void requireCluster(MongoMetadataStore store) {
    String known = clusterId.isEmpty() ? store.clusterId() : store.clusterId(clusterId);
    if (!clusterId.isEmpty() && !known.equals(clusterId)) {
      throw new MetadataStartException(
          "MongoDB at %s holds the cluster %s, mas.cluster-id is %s"
              .formatted(properties.place(), known, clusterId),
          "correct mas.cluster-id, or name another database in mas.mongodb.uri",
          null);
    }
  }
}
