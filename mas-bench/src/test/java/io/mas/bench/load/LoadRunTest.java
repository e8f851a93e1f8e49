package io.mas.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.dev.options.ClusterOptions;
import io.mas.standalone.Cluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The driver against a real store in this process; this measures nothing. */
class LoadRunTest {
  @TempDir static Path directory;
  private static Cluster store;

  @BeforeAll
  static void start() {
    store = Cluster.start(ClusterOptions.in(directory.resolve("data")));
  }

  @AfterAll
  static void stop() {
    store.close();
  }

  private static LoadOptions options(String... more) {
    List<String> all =
        new ArrayList<>(
            List.of("--url", store.api().toString(), "--system-token", store.systemToken()));
    all.addAll(
        List.of(
            "--clients",
            "2",
            "--prepare",
            "4MiB",
            "--stored",
            "1KiB",
            "--window",
            "1",
            "--max-warm-up",
            "1",
            "--duration",
            "1"));
    all.addAll(List.of(more));
    return LoadOptions.parse(all);
  }

  private static Report run(LoadOptions options) throws InterruptedException {
    return new LoadRun(options, line -> {}).run();
  }

  @ParameterizedTest
  @CsvSource({"chunked,0", "mixed,1"})
  void uploadsAndDownloadsSucceedAndAreTimed(String mode, int downloads)
      throws InterruptedException {
    Report report =
        run(
            options(
                "--mode",
                mode,
                "--size",
                "50%:100,50%:40KiB",
                "--chunk-size",
                "16KiB",
                "--duplicates",
                "20",
                "--compressible",
                "50",
                "--rate",
                "20"));
    assertThat(report.failures()).isEmpty();
    assertThat(report.rates().files()).isPositive();
    assertThat(report.readBack()).isPositive();
    assertThat(report.latencies()).containsKeys("token", "upload first byte", "upload last byte");
    assertThat(report.latencies().keySet().stream().filter(name -> name.startsWith("download")))
        .hasSize(2 * downloads);
    assertThat(report.table()).contains("MiB/s", "p99");
  }

  @Test
  void aWrongByteEndsTheRun() throws Exception {
    FileToSend sent =
        Preparation.files(
                new Workload(Workload.Mode.SINGLE, SizeMix.parse("70000"), 0, 0, Bytes.MIB), 5, 1)
            .getFirst();
    try (MasClient client = new MasClient(options().target(), new Totals())) {
      var _ = client.single(sent);
      FileToSend other = new FileToSend(new Content(6, sent.size(), false), sent.hash());
      assertThatThrownBy(() -> client.download(other))
          .isInstanceOf(LoadProblem.class)
          .hasMessageContaining("differs at byte 0");
    }
  }

  @Test
  void theReportIsAlsoJson() throws Exception {
    Path json = directory.resolve("report.json");
    LoadRun run =
        new LoadRun(
            options("--mode", "download", "--size", "100", "--json", json.toString()), line -> {});
    run.save(run.run());
    assertThat(Files.readString(json)).contains("\"p99\"", "\"cpuSecondsPerGib\"");
  }

  @Test
  void aWrongOptionIsNamed() {
    assertThatThrownBy(() -> LoadOptions.parse(List.of("--client", "3")))
        .isInstanceOf(LoadProblem.class)
        .hasMessageContaining("'--client'");
  }
}
