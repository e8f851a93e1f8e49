package io.mas.api.metadata;

import static io.mas.api.metadata.MetadataStoreContract.applied;
import static io.mas.api.metadata.MetadataStoreContract.refused;
import static io.mas.api.metadata.MetadataStoreContract.unreachable;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is told of reads and writes when the server answers with errors or closes connections. */
@RequiresMongo(RequiresMongo.Kind.STARTED_HERE)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MongoFailCommandTest {
  /** The driver repeats a write after this error, if it has the label for it. */
  private static final Document REPEATED =
      new Document("errorCode", 262).append("errorLabels", List.of("RetryableWriteError"));

  private static final Document CLOSED = new Document("closeConnection", true);

  private final MongoBackend backend =
      new MongoBackend(
          new MongoProperties(
              TestMongo.server().uri(),
              null,
              Duration.ofMillis(500),
              Duration.ofMillis(1000),
              Duration.ofMillis(1500),
              10));
  private final MetadataStore store = backend.open();
  private final RandomDocuments random = new RandomDocuments();

  @AfterEach
  void dropDatabase() {
    fail("off", new Document());
    store.close();
    backend.close();
  }

  private void once(Document how) {
    fail(new Document("times", 1), how);
  }

  private void fail(Object mode, Document how) {
    Document data = new Document("failCommands", List.of("insert", "update", "delete", "find"));
    data.putAll(how);
    backend
        .admin()
        .runCommand(
            new Document("configureFailPoint", "failCommand")
                .append("mode", mode)
                .append("data", data));
  }

  @Test
  void aWriteThatTheDriverRepeatsIsApplied() {
    for (Document how : List.of(REPEATED, CLOSED)) {
      FileDocument file = random.file();
      once(how);
      applied(store.compareAndSetFile(file));
      once(how);
      applied(store.compareAndSetFile(file.fenced()));
      assertThat(store.file(file.hash(), Concern.LINEARIZABLE)).contains(file.fenced());
    }
  }

  @Test
  void aRefusalIsNoneWhenTheWriteWasSentTwice() {
    ExtentDocument extent = random.extent();
    applied(store.insertExtent(extent));
    once(CLOSED);
    unknown(store.insertExtent(extent));
    once(CLOSED);
    unknown(store.compareAndSetExtent(extent.withMark().withMark()));
    once(CLOSED);
    unknown(store.deleteExtent(extent.id(), 7));
    refused(store.insertExtent(extent));
    refused(store.compareAndSetExtent(extent.withMark().withMark()));
    refused(store.deleteExtent(extent.id(), 7));
  }

  @Test
  void anErrorThatIsNotAboutTheConditionLeavesItUnknown() {
    once(new Document("errorCode", 1));
    unknown(store.compareAndSetFile(random.file()));
  }

  @Test
  void aWriteThatNoMajorityHasAcknowledgedIsUnknown() {
    FileDocument file = random.file();
    once(
        new Document(
            "writeConcernError", new Document("code", 64).append("errmsg", "waiting timed out")));
    unknown(store.compareAndSetFile(file));
    assertThat(store.file(file.hash(), Concern.LINEARIZABLE)).contains(file);
  }

  @Test
  void repeatingEndsWithTheTimeOut() {
    for (Document how : List.of(REPEATED, CLOSED)) {
      fail("alwaysOn", how);
      long start = System.nanoTime();
      unknown(store.compareAndSetFile(random.file()));
      unreachable(() -> store.file(random.hash(), Concern.MAJORITY), "");
      unreachable(() -> store.putGarbage(random.garbage()), "");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
    }
  }

  @Test
  void aReadIsRepeated() {
    once(CLOSED);
    assertThat(store.file(random.hash(), Concern.LINEARIZABLE)).isEmpty();
  }

  private static void unknown(WriteOutcome outcome) {
    assertThat(outcome).isEqualTo(WriteOutcome.UNKNOWN);
  }
}
