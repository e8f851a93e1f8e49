package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.dev.options.ClusterOptions;
import io.mas.dev.options.DataDirectory;
import io.mas.standalone.KilledRequest.Visible;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/** The sweep of the inventories on a whole store: the space returns, and only that. */
@Timeout(300)
class InventoryGarbageTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What dies here leaves shards that no note tells of. */
  private static final List<String> POINTS = List.of("part.batch-stored", "commit.prepared");

  /** Everything that nothing refers to is garbage at once. */
  private static final Map<String, String> QUICK_SWEEPS =
      Map.of(
          "mas.garbage.every", "200ms",
          "mas.garbage.grace", "1s",
          "mas.garbage.attempt-grace", "1s",
          "mas.garbage.pause", "0s");

  private static Map<String, String> quick(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(Scratch.QUICK_GARBAGE);
    all.putAll(QUICK_SWEEPS);
    all.putAll(more);
    return all;
  }

  private static String[] flags(Map<String, String> settings, String point) {
    return Stream.concat(
            settings.entrySet().stream().map(s -> "-D%s=%s".formatted(s.getKey(), s.getValue())),
            Stream.of("-Dmas.crash-at=" + point, "-XX:TieredStopAtLevel=1"))
        .toArray(String[]::new);
  }

  private static Set<Path> shards(Path data) {
    return IntStream.rangeClosed(1, 6)
        .mapToObj(DataDirectory::nodeName)
        .flatMap(node -> Shards.of(data.resolve(node)).stream())
        .collect(HashSet::new, Set::add, Set::addAll);
  }

  private static long bytes(Set<Path> files) {
    long bytes = 0;
    for (Path file : files) {
      try {
        bytes += Files.size(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return bytes;
  }

  @Test
  void whatKilledWritersAndKilledSweepsHaveLeftGoesAndTheSpaceReturns(@TempDir Path data) {
    Content kept = Content.random("kept", 300_000, 1);
    try (StoreProcess store = StoreProcess.start(data);
        MasClient client = store.client(data)) {
      assertThat(client.single(kept).ok()).isTrue();
    }
    Set<Path> live = shards(data);
    long bytes = bytes(live);
    POINTS.forEach(point -> killUpload(data, point));
    assertThat(bytes(shards(data))).isGreaterThan(2 * bytes);
    kill(data, "garbage.seized");
    try (StoreProcess store = StoreProcess.start(data, flags(quick(Map.of()), ""));
        MasClient client = store.client(data)) {
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(shards(data)).isEqualTo(live));
      assertThat(bytes(shards(data))).isEqualTo(bytes);
      Visible.COMPLETE.check(client, kept);
    }
  }

  private static void killUpload(Path data, String point) {
    Content file = Content.random(point, 300_000, POINTS.indexOf(point) + 10);
    try (StoreProcess store = StoreProcess.start(data, flags(Map.of(), point));
        MasClient client = store.client(data)) {
      CompletableFuture<?> answer = CompletableFuture.supplyAsync(() -> client.single(file));
      store.await(("MAS-CRASH-POINT " + point)::equals);
      store.kill();
      assertThat(answer.handle((_, lost) -> lost != null).join()).as("not answered").isTrue();
    }
  }

  private static void kill(Path data, String point) {
    try (StoreProcess store = StoreProcess.start(data, flags(quick(Map.of()), point))) {
      store.await(("MAS-CRASH-POINT " + point)::equals);
      store.kill();
    }
  }

  @Test
  void aNodeThatWasStoppedLosesWhatWasDeletedMeanwhile(@TempDir Path data) {
    ClusterOptions options = ClusterOptions.in(data).withSettings(quick(Map.of()));
    Content kept = Content.random("kept", 300_000, 2);
    Content deleted = Content.random("deleted", 300_000, 3);
    try (Cluster cluster = Cluster.start(options);
        MasClient client = new MasClient(cluster.api(), cluster.systemToken())) {
      assertThat(client.single(kept).ok()).isTrue();
      Set<Path> live = shards(data);
      assertThat(client.single(deleted).ok()).isTrue();
      cluster.node(2).stop();
      assertThat(client.delete(deleted.hash()).ok()).isTrue();
      Set<Path> garbage = shards(data);
      garbage.removeAll(live);
      Path node = data.resolve(DataDirectory.nodeName(2));
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(garbage.stream().filter(Files::exists))
                      .allMatch(s -> s.startsWith(node)));
      assertThat(garbage).anyMatch(Files::exists);
      cluster.node(2).start();
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(shards(data)).isEqualTo(live));
      Visible.COMPLETE.check(client, kept);
    }
  }

  @Test
  void metadataOfAnOldBackupStopTheCollectionAndNothingIsDeleted(@TempDir Path data)
      throws Exception {
    Path metadata = data.resolve("metadata");
    Path backup = data.resolve("backup");
    Content before = Content.random("before", 300_000, 4);
    try (Cluster cluster = Cluster.start(ClusterOptions.in(data));
        MasClient client = new MasClient(cluster.api(), cluster.systemToken())) {
      assertThat(client.single(before).ok()).isTrue();
    }
    FileSystemUtils.copyRecursively(metadata, backup);
    List<Content> after = new ArrayList<>();
    try (Cluster cluster = Cluster.start(ClusterOptions.in(data));
        MasClient client = new MasClient(cluster.api(), cluster.systemToken())) {
      for (int i = 0; i < 5; i++) {
        Content file = Content.random("after " + i, 300_000, 100 + i);
        assertThat(client.single(file).ok()).isTrue();
        after.add(file);
      }
    }
    Set<Path> all = shards(data);
    Path newest = data.resolve("newest");
    Files.move(metadata, newest);
    FileSystemUtils.copyRecursively(backup, metadata);
    ClusterOptions swept =
        ClusterOptions.in(data).withSettings(quick(Map.of("mas.garbage.breaker.floor", "2")));
    try (Cluster cluster = Cluster.start(swept);
        MasClient client = new MasClient(cluster.api(), cluster.systemToken())) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(metrics(cluster)).contains("mas_garbage_breaker_open 1"));
      assertThat(shards(data)).isEqualTo(all);
      Visible.COMPLETE.check(client, before);
      assertThat(client.delete(before.hash()).ok()).isTrue();
      // an upload is none of its business
      Content fresh = Content.random("fresh", 300_000, 5);
      assertThat(client.single(fresh).ok()).isTrue();
      Visible.COMPLETE.check(client, fresh);
      assertThat(shards(data)).containsAll(all);
    }
    FileSystemUtils.deleteRecursively(metadata);
    Files.move(newest, metadata);
    try (Cluster cluster = Cluster.start(ClusterOptions.in(data));
        MasClient client = new MasClient(cluster.api(), cluster.systemToken())) {
      after.forEach(file -> Visible.COMPLETE.check(client, file));
    }
  }

  private static String metrics(Cluster cluster) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(cluster.management().resolve("/metrics")).build();
      return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
  }
}
