package io.mas.api.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.mas.dev.server.ServerProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A start on a database that is there, that is not, and that is another's. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@ExtendWith(OutputCaptureExtension.class)
class MongoStartTest {
  private MongoBackend backend;

  @BeforeEach
  void newDatabase() {
    backend = new MongoBackend();
  }

  @AfterEach
  void dropDatabase() {
    backend.close();
  }

  private MongoMetadataStore connect(String clusterId) {
    return MongoMetadataStore.connect(backend.properties(), clusterId);
  }

  @Test
  void anEmptyDatabaseBecomesTheConfiguredCluster() {
    for (String configured : new String[] {"mas-1", "mas-1", ""}) {
      try (MetadataStore store = connect(configured)) {
        assertThat(store.clusterId()).isEqualTo("mas-1");
      }
    }
  }

  @Test
  void aDatabaseOfAnotherClusterIsRefusedWithAnAction() {
    connect("mas-1").close();
    assertThatThrownBy(() -> connect("mas-2"))
        .isInstanceOfSatisfying(
            MetadataStartException.class,
            e -> {
              FailureAnalysis told = new MetadataStartFailures().analyze(e, e);
              assertThat(told.getDescription())
                  .startsWith("MongoDB at mongodb://")
                  .contains(" holds the cluster mas-1, mas.cluster-id is mas-2");
              assertThat(told.getAction()).startsWith("correct mas.cluster-id");
            });
  }

  @Test
  void aClusterIdThatIsNoneIsRefused() {
    assertThatThrownBy(() -> connect("Mas 1"))
        .isInstanceOf(MetadataStartException.class)
        .hasMessage("mas.cluster-id is 'Mas 1': expected 1 to 64 of 0-9, a-z and -");
  }

  @Test
  void aDatabaseOfANewerVersionIsRefusedWithAnAction() {
    backend
        .database()
        .getCollection("settings")
        .insertOne(new Document("_id", "cluster").append("v", 2));
    assertThatThrownBy(() -> connect(""))
        .isInstanceOf(MetadataStartException.class)
        .hasMessageContaining("document settings/cluster has format 2")
        .hasMessageContaining("start the version of MAS that wrote it");
  }

  @Test
  void theIndexesAreThere() {
    connect("").close();
    connect("").close();
    Map<String, List<String>> names =
        Stream.of(MongoIndex.values())
            .collect(
                Collectors.groupingBy(
                    MongoIndex::collection,
                    Collectors.mapping(MongoIndex::name, Collectors.toList())));
    names.forEach(
        (collection, indexes) ->
            assertThat(backend.database().getCollection(collection).listIndexes())
                .extracting(one -> one.getString("name"))
                .filteredOn(name -> !name.equals("_id_"))
                .containsExactlyInAnyOrderElementsOf(indexes));
  }

  @Test
  void aStartThatIsInterruptedWhileItWaitsEnds() throws InterruptedException {
    int nobody = ServerProcess.freePort();
    AtomicReference<Throwable> end = new AtomicReference<>();
    Thread starting =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    MongoMetadataStore.connect(
                            MongoProperties.at("mongodb://127.0.0.1:" + nobody), "")
                        .close();
                  } catch (MetadataStartException e) {
                    end.set(e);
                  }
                });
    await().until(() -> starting.getState() == Thread.State.WAITING);
    starting.interrupt();
    starting.join();
    assertThat(end.get()).hasMessageContaining("the start was ended while MongoDB at mongodb://");
  }

  @Test
  @RequiresMongo(RequiresMongo.Kind.STARTED_HERE)
  void aStartWaitsSaysSoAndGoesOn(CapturedOutput output) {
    MongoProperties properties = MongoProperties.at(TestMongo.server().uri());
    TestMongo.server().stop();
    CompletableFuture<MongoMetadataStore> starting =
        CompletableFuture.supplyAsync(
            () -> new MongoStart(properties, "").connect(Duration.ofSeconds(3)));
    String said = " : waiting for MongoDB at " + properties.place() + ": check that it runs";
    await().until(() -> output.toString().contains(said));
    await().until(() -> output.toString().indexOf(said) < output.toString().lastIndexOf(said));
    assertThat(starting).isNotDone();
    TestMongo.server().start();
    starting.join().close();
  }
}
