package io.mas.standalone.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.standalone.Content;
import io.mas.standalone.MasClient;
import io.mas.standalone.Metrics;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The images and {@code docker/compose.yaml}: the store in them does its main job, survives what
 * may happen to containers and their networks, and gives away no more than it must.
 */
@RequiresContainers
class ContainerClusterTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int CLIENTS = 4;

  /** Of a client between two of its files: as fast as it can, it takes the cores of who starts. */
  private static final Duration PAUSE = Duration.ofMillis(200);

  private static final List<String> OF_THE_STORE = ContainerCluster.services();

  private static ContainerCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    Images.build();
    cluster = new ContainerCluster();
  }

  @AfterAll
  static void close() {
    cluster.close();
  }

  private static MasClient through(int gateway) {
    return cluster.through(gateway);
  }

  private static Content stored(String name, long length, long seed) {
    Content file = Content.random(name, length, seed);
    MasClient.Answer answer = through(1).single(file);
    assertThat(answer.ok()).as("%s", answer).isTrue();
    return file;
  }

  private static void assertRead(Content file) {
    for (MasClient gateway : cluster.gateways()) {
      assertThat(gateway.download(file.hash()).is(file)).as("%s", gateway.api()).isTrue();
    }
  }

  @Test
  void whatOneGatewayStoresTheOtherServesAndDeletes() {
    Content small = stored("small", 1_000, 1);
    Content large = stored("large", 20 << 20, 2);
    assertRead(small);
    assertRead(large);
    assertThat(
            through(2)
                .fetchBytes(through(2).downloadToken(small.hash()), "Range", "bytes=0-9")
                .status())
        .isEqualTo(206);
    assertThat(through(2).single(large).persistent()).as("a file that is there").isTrue();
    assertThat(through(2).delete(large.hash()).ok()).isTrue();
    assertThat(through(1).download(large.hash()).status()).isEqualTo(404);
  }

  @Test
  void aProcessMayDoLittle() {
    for (String service : OF_THE_STORE) {
      assertThat(cluster.in(service, "id", "-u")).as(service).isEqualTo("10001");
      assertThat(cluster.failsIn(service, "touch", "/opt/mas/x")).as(service).isTrue();
      assertThat(cluster.failsIn(service, "touch", "/etc/x")).as(service).isTrue();
      assertThat(cluster.in(service, "grep", "CapEff", "/proc/1/status"))
          .endsWith("0000000000000000");
      assertThat(cluster.in(service, "grep", "NoNewPrivs", "/proc/1/status")).endsWith("1");
    }
  }

  @Test
  void onlyThePublicPortIsPublished() {
    String ports =
        "{{range $port, $to := .NetworkSettings.Ports}}{{if $to}}{{$port}} {{end}}{{end}}";
    for (String service : OF_THE_STORE) {
      String expected = service.startsWith("gateway") ? "8080/tcp" : "";
      assertThat(cluster.inspect(service, ports)).as(service).isEqualTo(expected);
    }
  }

  /** They have no passwords, and a node whose disk or kernel is not to be trusted knows neither. */
  @Test
  void aNodeReachesNoDatabase() {
    assertThat(reaches("node-1", "rabbitmq", 5672)).isTrue();
    for (Map.Entry<String, Integer> database : Map.of("mongodb", 27017, "redis", 6379).entrySet()) {
      assertThat(reaches("gateway-1", database.getKey(), database.getValue())).isTrue();
      assertThat(reaches("node-1", database.getKey(), database.getValue())).isFalse();
    }
  }

  private static boolean reaches(String service, String host, int port) {
    String open = "exec 3<>/dev/tcp/%s/%d".formatted(host, port);
    return !cluster.failsIn(service, "timeout", "5", "bash", "-c", open);
  }

  @Test
  void noImageHoldsASecretOrTheEmbeddedDatabase() {
    Shell shell = Shell.inRepository();
    for (String image : List.of("mas-api", "mas-storage-node")) {
      String name = image + ":" + Images.VERSION;
      assertThat(
              shell.run(
                  "docker", "run", "--rm", "--entrypoint", "ls", name, "-R", "/opt/mas", "/run"))
          .doesNotContain("rocksdb", "secret")
          .contains(".aot");
      assertThat(shell.run("docker", "history", "--no-trunc", name)).doesNotContain("KEYS=");
    }
  }

  @Test
  void theCommandMasAnswersInAGateway() {
    assertThat(cluster.in("gateway-1", "mas", "--help")).contains("mas status");
  }

  @Test
  void twoNodesMayBeKilledAndPaused() {
    Content file = stored("two away", 5 << 20, 3);
    cluster.docker("kill", "node-1");
    cluster.docker("pause", "node-2");
    try {
      assertRead(file);
      assertRead(stored("stored meanwhile", 3 << 20, 4));
    } finally {
      cluster.docker("unpause", "node-2");
      cluster.docker("start", "node-1");
    }
    cluster.awaitWhole();
    assertRead(file);
  }

  /** Requests do not arrive, answers do not, and neither. */
  @ParameterizedTest
  @CsvSource({"INPUT, -s", "OUTPUT, -d", "INPUT OUTPUT, -s -d"})
  void aGatewayAndANodeThatAreCutOffFromEachOtherGoOn(String chains, String ends) {
    Content file = stored("partition " + chains, 5 << 20, 1_000 + chains.length());
    List<String[]> rules = rules(chains.split(" "), ends.split(" "));
    rules.forEach(rule -> cluster.iptables("node-3", with("-I", rule)));
    try {
      assertRead(file);
      assertRead(stored("meanwhile " + chains, 3 << 20, 2_000 + chains.length()));
    } finally {
      rules.forEach(rule -> cluster.iptables("node-3", with("-D", rule)));
    }
    cluster.awaitWhole();
  }

  private static List<String[]> rules(String[] chains, String[] ends) {
    String gateway = cluster.address("gateway-1");
    return IntStream.range(0, chains.length)
        .mapToObj(i -> new String[] {chains[i], ends[i], gateway, "-j", "DROP"})
        .toList();
  }

  private static String[] with(String operation, String... rule) {
    return Stream.concat(Stream.of(operation), Stream.of(rule)).toArray(String[]::new);
  }

  @Test
  void aNodeWhoseDiskIsFullServesWhatItHasAndTakesPartAgainLater() {
    Content file = stored("before", 5 << 20, 7);
    cluster.disk().fill();
    try {
      for (int i = 0; i < 5; i++) {
        assertRead(stored("on the others " + i, 5 << 20, 70 + i));
      }
      assertRead(file);
    } finally {
      cluster.disk().free();
    }
    long free = cluster.disk().freeBytes();
    AtomicInteger more = new AtomicInteger();
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              stored("again", 5 << 20, 700 + more.getAndIncrement());
              assertThat(cluster.disk().freeBytes()).isLessThan(free - (2 << 20));
            });
    assertThat(cluster.inspect("node-6", "{{.RestartCount}}")).isEqualTo("0");
  }

  @Test
  void manyUploadsAtOnceStayWithinTheMemoryOfTheContainer() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> uploads =
          IntStream.range(0, 32)
              .<Future<?>>mapToObj(
                  number -> threads.submit(() -> uploadedPatiently("many " + number, number)))
              .toList();
      for (Future<?> upload : uploads) {
        upload.get();
      }
    }
    for (String service : OF_THE_STORE) {
      assertThat(cluster.inspect(service, "{{.State.OOMKilled}} {{.RestartCount}}"))
          .as(service)
          .isEqualTo("false 0");
    }
  }

  private static void uploadedPatiently(String name, int seed) {
    Content file = Content.random(name, 16 << 20, 100 + seed);
    await()
        .atMost(PATIENCE.multipliedBy(2))
        .until(() -> through(1 + seed % 2).single(file).ok()); // 429 while others have the memory
  }

  /** Clients do as the documents tell them: what a gateway refuses they ask of the other. */
  @Test
  void aRollingRestartFailsNoRequestAndMovesNothing() throws Exception {
    List<Content> files =
        IntStream.range(0, 8).mapToObj(i -> stored("rolling " + i, 300_000L * i, 20 + i)).toList();
    double moved = Metrics.value(cluster.management("worker"), "mas_repair_written_bytes_total");
    AtomicBoolean stopped = new AtomicBoolean();
    AtomicInteger read = new AtomicInteger();
    List<String> failures = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<String>>> clients =
          IntStream.range(0, CLIENTS)
              .mapToObj(number -> threads.submit(() -> work(number, files, stopped, read)))
              .toList();
      for (String service : OF_THE_STORE) {
        if (!service.equals("worker")) { // what it counts is to go on
          cluster.docker("restart", service);
          cluster.awaitWhole();
        }
      }
      stopped.set(true);
      for (Future<List<String>> client : clients) {
        failures.addAll(client.get());
      }
    }
    assertThat(failures).isEmpty();
    assertThat(read.get()).isGreaterThan(100);
    assertThat(Metrics.value(cluster.management("worker"), "mas_repair_written_bytes_total"))
        .isEqualTo(moved);
  }

  private static List<String> work(
      int number, List<Content> files, AtomicBoolean stopped, AtomicInteger read)
      throws InterruptedException {
    List<String> failures = new ArrayList<>();
    for (int i = number; !stopped.get(); i++) {
      Content file = files.get(i % files.size());
      if (!readSomewhere(file)) {
        failures.add("download of " + file);
      }
      Content fresh = Content.random("fresh %d %d".formatted(number, i), 50_000, i * 31L + number);
      if (!storedSomewhere(fresh)) {
        failures.add("upload of " + fresh);
      }
      read.incrementAndGet();
      Thread.sleep(PAUSE);
    }
    return failures;
  }

  private static boolean readSomewhere(Content file) {
    return somewhere(gateway -> gateway.download(file.hash()).is(file));
  }

  private static boolean storedSomewhere(Content file) {
    return somewhere(gateway -> gateway.single(file).ok());
  }

  /** Something that a client does. */
  private interface Step {
    boolean done(MasClient gateway);
  }

  /** Three tries at each gateway, one after the other. */
  private static boolean somewhere(Step step) {
    for (int i = 0; i < 6; i++) {
      try {
        if (step.done(through(1 + i % 2))) {
          return true;
        }
      } catch (UncheckedIOException | IllegalStateException _) {
        // that gateway is not there
      }
    }
    return false;
  }
}
