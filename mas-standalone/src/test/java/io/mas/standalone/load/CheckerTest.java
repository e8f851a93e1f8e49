package io.mas.standalone.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.standalone.Content;
import io.mas.standalone.MasClient;
import io.mas.standalone.SharedStore;
import io.mas.standalone.SharedStore.Store;
import io.mas.standalone.load.MixedLoad.Settings;
import io.mas.standalone.load.Outages.Outage;
import io.mas.standalone.load.TamperingProxy.Fault;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The load goes well on a good store, and would notice one that breaks its promises. */
@ExtendWith(SharedStore.class)
class CheckerTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration RECOVERY = Duration.ofSeconds(1);
  private static final int ENOUGH = 100;

  private final Store store;
  private final TamperingProxy proxy;
  private final MixedLoad load =
      new MixedLoad(Settings.of(8, Duration.ofMillis(5)).withRecovery(RECOVERY));

  CheckerTest(Store store) throws IOException {
    this.store = store;
    this.proxy = new TamperingProxy(store.cluster().api());
  }

  @AfterEach
  void close() {
    proxy.close();
  }

  private MasClient client(Duration deadline) {
    return new MasClient(proxy.uri(), store.cluster().systemToken(), deadline);
  }

  @Test
  void everythingAtOnceGoesWell() throws Exception {
    try (MasClient client = client(PATIENCE)) {
      load.during(
          List.of(client),
          () -> await().atMost(PATIENCE).until(() -> load.neverDone().isEmpty() && enough()));
      System.out.println(load.check(List.of(client)) + "\n" + load.report());
      assertThat(load.violations()).as("mas.seed=%d", load.seed()).isEmpty();
    }
  }

  private boolean enough() {
    return load.acknowledged() > ENOUGH;
  }

  @ParameterizedTest
  @CsvSource({
    "LOST_FILE, an acknowledged file is lost",
    "WRONG_BYTE, wrong or partial bytes",
    "CUT_SHORT, 200 broke off",
    "DELETE_THAT_IS_NONE, a deleted file is there",
    "DATABASE_GONE, 503/5500",
    "NODES_GONE, 503/5404",
    "UNFORESEEN, 500/5001",
  })
  void aBrokenPromiseIsReported(Fault fault, String report) throws Exception {
    assertReported(fault, report, client(PATIENCE));
  }

  @Test
  void aRequestWithoutAnEndIsReported() throws Exception {
    assertReported(Fault.HANG, "hung", client(Duration.ofSeconds(5)));
  }

  private void assertReported(Fault fault, String report, MasClient client) throws Exception {
    try (client) {
      proxy.set(fault);
      load.during(List.of(client), () -> await().atMost(PATIENCE).until(() -> reported(report)));
    }
  }

  private boolean reported(String what) {
    return load.violations().stream().anyMatch(line -> line.contains(what));
  }

  @Test
  void anOutageExcusesWhatItExplainsUntilItsRecoveryIsOver() throws Exception {
    Outage outage = load.outages().begin(Down.DATABASE);
    try (MasClient client = client(PATIENCE)) {
      proxy.set(Fault.DATABASE_GONE);
      load.during(
          List.of(client), () -> await().atMost(PATIENCE).until(() -> outage.failures() > 10));
      assertThat(load.violations()).isEmpty();
      outage.end();
      load.during(
          List.of(client), () -> await().atMost(PATIENCE).until(() -> reported("503/5500")));
    }
  }

  @Test
  void aGatewayThatIsDownExcusesNoOther() throws Exception {
    Outage _ = load.outages().begin(Down.GATEWAY, URI.create("http://127.0.0.1:1"));
    assertReported(Fault.CUT_SHORT, "200 broke off", client(PATIENCE));
  }

  @Test
  void aNodeThatIsDownExcusesBlocksThatCannotBeReadNow() throws Exception {
    Outage outage = load.outages().begin(Down.NODE);
    try (MasClient client = client(PATIENCE)) {
      proxy.set(Fault.NODES_GONE);
      load.during(
          List.of(client), () -> await().atMost(PATIENCE).until(() -> outage.failures() > 10));
      assertThat(load.violations()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "LOST_FILE, an acknowledged file is lost",
    "WRONG_BYTE, wrong or partial bytes",
    "DELETE_THAT_IS_NONE, a deleted file is there",
    "DATABASE_GONE, 503/5500",
  })
  void aNodeThatIsDownExcusesNothingElse(Fault fault, String report) throws Exception {
    Outage _ = load.outages().begin(Down.NODE);
    assertReported(fault, report, client(PATIENCE));
  }

  /** The bytes of a deleted file may be gone, those of one that is stored again may not. */
  @Test
  void aFileThatIsStoredAgainIsNotExcused() {
    Journal journal = new Journal(System::nanoTime, RECOVERY);
    try (MasClient client = client(PATIENCE)) {
      Random random = new Random(1);
      Requests requests = new Requests(() -> List.of(client), journal, random);
      UploadSteps uploads = new UploadSteps(requests, journal, random);
      ReadSteps reads = new ReadSteps(requests, journal, random);
      KnownFile file = new KnownFile(Content.random("stored again", 1000, System.nanoTime()));
      uploads.single(file, false);
      uploads.delete(file);
      proxy.set(Fault.NODES_GONE);
      reads.whole(file, client);
      assertThat(journal.refusals()).isEmpty();
      proxy.set(Fault.NONE);
      uploads.single(file, false);
      proxy.set(Fault.NODES_GONE);
      reads.whole(file, client);
      assertThat(journal.refusals()).singleElement().asString().contains("503/5404");
    }
  }

  @Test
  void anOutageDoesNotExcuseWhatItDoesNotExplain() throws Exception {
    Outage _ = load.outages().begin(Down.RABBITMQ);
    try (MasClient client = client(PATIENCE)) {
      proxy.set(Fault.DATABASE_GONE);
      load.during(
          List.of(client), () -> await().atMost(PATIENCE).until(() -> reported("503/5500")));
    }
  }
}
