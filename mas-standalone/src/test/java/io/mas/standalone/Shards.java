package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.standalone.SharedStore.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The shard columns on the disks of a store, one file each. */
public final class Shards {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private Shards() {}

  /** Of all nodes. */
  static Set<Path> of(Store store) {
    Set<Path> shards = new HashSet<>();
    store.cluster().nodes().forEach(node -> shards.addAll(of(node.dataDirectory())));
    return shards;
  }

  /** Of a node's folder. */
  public static List<Path> of(Path node) {
    Path shards = node.resolve("shards");
    if (!Files.isDirectory(shards)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(shards)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void awaitGone(Set<Path> shards) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(shards).noneMatch(Files::exists));
  }
}
