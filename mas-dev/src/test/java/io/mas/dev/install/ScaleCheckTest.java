package io.mas.dev.install;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code mas check-scale}, against a server that answers what a test says. */
class ScaleCheckTest {
  private static final long GIB = 1L << 30;

  @TempDir Path directory;
  private HttpServer server;
  private final Map<String, String> environment = new TreeMap<>();
  private String answer = "";
  private int asked;
  private String out = "";
  private String err = "";

  @BeforeEach
  void start() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/api/admin/status",
        exchange -> {
          asked++;
          byte[] body = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    environment.put("MAS_URL", "http://127.0.0.1:" + server.getAddress().getPort());
    environment.put("MAS_SYSTEM_TOKEN", "admin");
    answer = status(true, 2, nodes(7));
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private static String nodes(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> node("mas-node-" + i, "UP", 90))
        .collect(Collectors.joining(","));
  }

  private static String node(String process, String state, long freeGib) {
    return """
        {"id":"%s","process":"%s","state":"%s","capacity":%d,"free":%d}"""
        .formatted(process, process, state, 100 * GIB, freeGib * GIB);
  }

  private static String status(boolean healthy, int mayFail, String nodes) {
    return """
        {"code":200,"data":{"healthy":%s,"may_fail":%d,"repair":{"files":{}},"nodes":[%s]}}"""
        .formatted(healthy, mayFail, nodes);
  }

  private int check(String... arguments) {
    return check(directory, arguments);
  }

  private int check(Path account, String... arguments) {
    var outBytes = new ByteArrayOutputStream();
    var errBytes = new ByteArrayOutputStream();
    Install install =
        new Install(
            environment,
            account,
            new PrintStream(outBytes, true, StandardCharsets.UTF_8),
            new PrintStream(errBytes, true, StandardCharsets.UTF_8));
    List<String> all = Stream.concat(Stream.of("check-scale"), Arrays.stream(arguments)).toList();
    int code = install.run(all);
    out = outBytes.toString(StandardCharsets.UTF_8);
    err = errBytes.toString(StandardCharsets.UTF_8);
    return code;
  }

  @Test
  void oneNodeMayGoIfAllIsWell() {
    assertThat(check("--nodes", "6")).as(err).isEqualTo(0);
    assertThat(out).isEqualTo("mas-node-6 would go, 6 stay.\n");
  }

  @ParameterizedTest
  @CsvSource({"7", "9"})
  void ifNoneGoesAllIsWell(int nodes) {
    answer = status(false, 0, nodes(7));
    assertThat(check("--nodes", String.valueOf(nodes))).isEqualTo(0);
  }

  @Test
  void notIfTheStoreIsNotWell() {
    answer = status(false, 2, nodes(7));
    refused("The store is not well now");
  }

  @Test
  void notIfTheDatabaseDoesNotSay() {
    answer = status(true, 2, nodes(7)).replace("{\"files\":{}}", "null");
    refused("its database does not answer");
  }

  private void refused(String reason) {
    assertThat(check("--nodes", "6")).isEqualTo(1);
    assertThat(err).contains(reason).contains("storage.allowUnsafeScaleIn=true");
  }

  @Test
  void notIfNoFurtherOneMightFailMeanwhile() {
    answer = status(true, 2, nodes(8));
    refused("2 nodes would go, and 2 may fail");
    answer = status(true, 1, nodes(7));
    refused("1 nodes would go, and 1 may fail");
  }

  @Test
  void notIfTooFewStayForTheGeometry() {
    answer = status(true, 4, nodes(4));
    assertThat(check("--nodes", "2")).isEqualTo(1);
    assertThat(err).contains("2 nodes would take writes, too few to place 4+2 shards");
    assertThat(check("--nodes", "3")).isEqualTo(0);
    assertThat(check("--nodes", "3", "--node-failures", "2")).isEqualTo(1);
    assertThat(check("--nodes", "3", "--erasure", "1+2", "--node-failures", "2")).isEqualTo(0);
  }

  @Test
  void aNodeThatTakesNoWritesIsNoPlace() {
    String four =
        nodes(4).replace("mas-node-0\",\"state\":\"UP", "mas-node-0\",\"state\":\"READ_ONLY");
    answer = status(true, 4, four);
    assertThat(check("--nodes", "3")).isEqualTo(1);
    assertThat(err).contains("2 nodes would take writes");
  }

  @Test
  void notIfThereIsNoRoomForTheirBytes() {
    String full =
        IntStream.range(0, 7)
            .mapToObj(i -> node("mas-node-" + i, "UP", 15))
            .collect(Collectors.joining(","));
    answer = status(true, 2, full); // 85 GiB to 90, a tenth of which stays free
    refused("87040 MiB are on the nodes that would go, and only 92160 MiB are free");
  }

  @Test
  void aNodeThatIsLostHasGoneAlready() {
    answer = status(true, 2, nodes(6) + "," + node("mas-node-6", "LOST", 0));
    assertThat(check("--nodes", "6")).isEqualTo(0);
    assertThat(out).isEqualTo("No storage node goes.\n");
  }

  @Test
  void aStoreInTroubleIsNotAskedIfTheStatefulSetShowsThatNoneGoes() throws Exception {
    try (FakeKubernetes kubernetes = new FakeKubernetes(directory)) {
      environment.putAll(kubernetes.environment());
      answer = status(false, 0, nodes(7));
      kubernetes.replicas = 6;
      assertThat(check(kubernetes.account(), "--nodes", "6", "--stateful-set", "mas-node"))
          .as(err)
          .isEqualTo(0);
      assertThat(asked).isZero();
      kubernetes.replicas = 7;
      assertThat(check(kubernetes.account(), "--nodes", "6", "--stateful-set", "mas-node"))
          .isEqualTo(1);
      assertThat(asked).isEqualTo(1);
    }
  }

  @Test
  void aStoreThatCannotBeAskedIsTwo() {
    server.stop(0);
    assertThat(check("--nodes", "6")).isEqualTo(2);
    assertThat(err).contains("No gateway answers");
  }

  @Test
  void aMisspeltCommandIsTwo() {
    assertThat(check()).isEqualTo(2);
    assertThat(check("--nodes", "x")).isEqualTo(2);
    assertThat(check("--nodes", "6", "--erasure", "six")).isEqualTo(2);
    assertThat(check("--node", "6")).isEqualTo(2);
    assertThat(asked).isZero();
  }
}
