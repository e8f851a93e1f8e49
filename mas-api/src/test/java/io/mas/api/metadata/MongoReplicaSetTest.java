package io.mas.api.metadata;

import com.mongodb.MongoException;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only several mongod can show: writes while the primary changes. */
@RequiresMongo(RequiresMongo.Kind.REPLICA_SET)
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class MongoReplicaSetTest {
  private static final int ELECTIONS = 3;

  private final MongoBackend backend = new MongoBackend();
  private final MetadataStore store = backend.open();

  @AfterEach
  void dropDatabase() {
    store.close();
    backend.close();
  }

  /** A primary that is forced down may have writes that no majority has: they are rolled back. */
  @Test
  void nothingThatWasToldIsUndoneByElections() throws Exception {
    MongoLoad load = new MongoLoad(store, new RandomDocuments());
    load.during(
        () -> {
          for (int election = 0; election < ELECTIONS; election++) {
            load.awaitProgress();
            stepDown();
          }
          load.awaitProgress();
        });
    load.verify();
  }

  private void stepDown() {
    try {
      backend
          .admin()
          .runCommand(
              new Document("replSetStepDown", 10)
                  .append("secondaryCatchUpPeriodSecs", 0)
                  .append("force", true));
    } catch (MongoException e) {
      // some versions close the connection in place of an answer
    }
  }
}
