package io.mas.api.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.dev.server.MongoServer;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that is killed, hangs, is restarted, is away, and answers that get lost. */
@RequiresMongo(RequiresMongo.Kind.STARTED_HERE)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class MongoFaultTest {
  /** The time-out by default, and what a busy machine adds to it. */
  private static final Duration BOUND = MongoProperties.at("").timeout().plusMillis(1500);

  private final MongoServer server = TestMongo.server();
  private final MongoBackend backend = new MongoBackend(MongoProperties.at(server.uri()));
  private final MetadataStore store = backend.open();
  private final RandomDocuments random = new RandomDocuments();

  @AfterEach
  void serverIsWell() {
    server.resume();
    server.start();
    store.close();
    backend.close();
  }

  // Under load

  @Test
  void nothingThatWasToldIsUndoneByKills() throws Exception {
    MongoLoad load = new MongoLoad(store, random);
    load.during(
        () -> {
          for (int kill = 0; kill < 4; kill++) {
            load.awaitProgress();
            server.kill();
            server.start();
          }
          load.awaitProgress();
        });
    load.verify();
    assertThat(load.unanswered()).isPositive();
  }

  @Test
  void nothingThatWasToldIsUndoneByAServerThatHangs() throws Exception {
    MongoLoad load = new MongoLoad(store, random);
    load.during(
        () -> {
          load.awaitProgress();
          server.suspend();
          await().atMost(BOUND.multipliedBy(2)).until(() -> load.unanswered() > 0);
          server.resume();
          load.awaitProgress();
        });
    load.verify();
  }

  // Answers that get lost

  /** The server remembers what it has done, so that the second answer is the first one. */
  @Test
  void aWriteWhoseAnswerIsLostIsAppliedOnce() throws IOException {
    try (LossyProxy proxy = proxy();
        MetadataStore lossy = MongoMetadataStore.open(through(proxy))) {
      FileDocument file = random.file();
      proxy.loseNextAnswer(() -> {});
      MetadataStoreContract.applied(lossy.compareAndSetFile(file));
      proxy.loseNextAnswer(() -> {});
      MetadataStoreContract.applied(lossy.compareAndSetFile(file.fenced()));
      assertThat(store.file(file.hash(), Concern.LINEARIZABLE)).contains(file.fenced());
    }
  }

  /** The server has forgotten what it has done: the second answer is a refusal. */
  @Test
  void aWriteWhoseAnswerIsLostInACrashIsUnknownAndNeverRefused() throws IOException {
    ExtentDocument extent = random.extent();
    FileDocument file = random.file();
    try (LossyProxy proxy = proxy();
        MetadataStore lossy = MongoMetadataStore.open(through(proxy))) {
      OutcomeHistory told = new OutcomeHistory();
      for (FileDocument next : List.of(file, file.fenced())) {
        proxy.loseNextAnswer(this::crash);
        WriteOutcome outcome = lossy.compareAndSetFile(next);
        assertThat(outcome).isEqualTo(WriteOutcome.UNKNOWN);
        assertThat(store.file(file.hash(), Concern.LINEARIZABLE)).contains(next);
        told.told(next, outcome);
      }
      assertThat(contradictions(told)).isEmpty();
      proxy.loseNextAnswer(this::crash);
      assertThat(lossy.insertExtent(extent)).isEqualTo(WriteOutcome.UNKNOWN);
      proxy.loseNextAnswer(this::crash);
      assertThat(lossy.deleteExtent(extent.id(), 1)).isEqualTo(WriteOutcome.UNKNOWN);
      assertThat(store.extent(extent.id(), Concern.LINEARIZABLE)).isEmpty();
    }
  }

  /** Negative control: who takes the answer as it comes tells of a refusal, and is found out. */
  @Test
  void whoTakesTheSecondAnswerForTheFirstIsFoundOut() throws IOException {
    FileDocument file = random.file();
    MetadataStoreContract.applied(store.compareAndSetFile(file));
    OutcomeHistory told = new OutcomeHistory();
    told.told(file, WriteOutcome.APPLIED);
    try (LossyProxy proxy = proxy();
        MongoClient naive = MongoClients.create(backend.sameDatabase(proxy.uri()))) {
      MongoCollection<Document> files = backend.database(naive).getCollection(MongoKey.FILES);
      Document next = new Document(DocumentFormat.fields(file.fenced()));
      proxy.loseNextAnswer(this::crash);
      long matched =
          files
              .replaceOne(
                  new Document("_id", MongoKey.file(file.hash()).id()).append("version", 1L), next)
              .getMatchedCount();
      told.told(file.fenced(), matched == 1 ? WriteOutcome.APPLIED : WriteOutcome.REFUSED);
    }
    assertThat(contradictions(told)).isNotEmpty();
  }

  private List<String> contradictions(OutcomeHistory told) {
    return told.contradictions(hash -> store.file(hash, Concern.LINEARIZABLE));
  }

  private LossyProxy proxy() {
    return new LossyProxy(URI.create(server.uri()).getPort());
  }

  private MongoProperties through(LossyProxy proxy) {
    return MongoProperties.at(backend.sameDatabase(proxy.uri()));
  }

  private void crash() {
    server.kill();
    server.start();
  }

  // Time

  @Test
  void everyCallEndsInTimeWhileTheServerHangs() {
    FileDocument file = random.file();
    MetadataStoreContract.applied(store.compareAndSetFile(file));
    server.suspend();
    assertThat(outcomesInTime()).doesNotContain(WriteOutcome.APPLIED, WriteOutcome.REFUSED);
    server.resume();
    await().untilAsserted(() -> assertThat(read(file)).contains(file));
    MetadataStoreContract.applied(store.compareAndSetFile(file.fenced()));
  }

  @Test
  void everyCallEndsInTimeWhileThereIsNoServer() {
    MetadataStoreContract.applied(store.compareAndSetFile(random.file()));
    server.stop();
    assertThat(outcomesInTime()).doesNotContain(WriteOutcome.APPLIED, WriteOutcome.REFUSED);
    server.start();
    MetadataStoreContract.applied(store.compareAndSetFile(random.file()));
  }

  /** What was told of writes, of many calls at once; more than there are connections. */
  private List<WriteOutcome> outcomesInTime() {
    List<Callable<Optional<WriteOutcome>>> calls =
        RandomDocuments.many(
                30,
                () ->
                    List.<Callable<Optional<WriteOutcome>>>of(
                        () -> written(store.compareAndSetFile(random.file())),
                        () -> written(store.insertExtent(random.extent())),
                        () -> written(store.deleteChunk(random.chunk())),
                        () -> answered(store.file(random.hash(), Concern.MAJORITY)),
                        () -> answered(store.upload(random.uploadId(), Concern.LINEARIZABLE)),
                        () -> answered(store.chunks(random.uploadId(), 1)),
                        () -> answered(store.files("", "", 10)),
                        () -> answered(store.nodes())))
            .stream()
            .flatMap(List::stream)
            .<Callable<Optional<WriteOutcome>>>map(call -> () -> inTime(call))
            .toList();
    return MetadataRaceContract.inParallel(calls).stream().flatMap(Optional::stream).toList();
  }

  private static Optional<WriteOutcome> written(WriteOutcome outcome) {
    return Optional.of(outcome);
  }

  private static Optional<WriteOutcome> answered(Object answer) {
    throw new AssertionError("an answer from nowhere: " + answer);
  }

  private static Optional<WriteOutcome> inTime(Callable<Optional<WriteOutcome>> call)
      throws Exception {
    long start = System.nanoTime();
    try {
      return call.call();
    } catch (MasException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.METADATA_UNREACHABLE);
      return Optional.empty();
    } finally {
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(BOUND);
    }
  }

  private Optional<FileDocument> read(FileDocument file) {
    return store.file(file.hash(), Concern.LINEARIZABLE);
  }

  @Test
  void aRestartCostsNoAnswer() {
    FileDocument file = random.file();
    MetadataStoreContract.applied(store.compareAndSetFile(file));
    server.stop();
    server.start();
    MetadataStoreContract.applied(store.compareAndSetFile(file.fenced()));
    server.stop();
    server.start();
    assertThat(read(file)).contains(file.fenced());
  }

  @Test
  void whatIsToldOfAServerThatIsAwayHasNoAddress() {
    server.stop();
    assertThatExceptionOfType(MasException.class)
        .isThrownBy(() -> read(random.file()))
        .withMessage("the metadata database does not answer (MongoOperationTimeoutException)");
  }
}
