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
import java.util.stream.Collectors;
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

  /**
   * Of the parts that none of the shards of before is of: what is collected, repaired or moved in
   * between for other files of the store is not counted.
   */
  static Set<Path> since(Set<Path> before, Store store) {
    Set<String> parts = before.stream().map(Shards::part).collect(Collectors.toSet());
    return of(store).stream()
        .filter(shard -> !parts.contains(part(shard)))
        .collect(Collectors.toSet());
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

  /** All copies there are now of the parts that these shards are of, on all nodes of the store. */
  static Stream<Path> ofSameParts(Set<Path> shards) {
    Set<String> parts = shards.stream().map(Shards::part).collect(Collectors.toSet());
    return nodes(shards.iterator().next()).stream()
        .flatMap(node -> of(node).stream())
        .filter(shard -> parts.contains(part(shard)));
  }

  /** The folders of all nodes of the store that a shard is in. */
  private static List<Path> nodes(Path shard) {
    String path = shard.toString();
    String node = path.substring(0, path.lastIndexOf("/shards/"));
    Path data = Path.of(node.substring(0, node.lastIndexOf('/')));
    try (Stream<Path> folders = Files.list(data)) {
      return folders.filter(Files::isDirectory).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The id of its part, as in the name of its file. */
  static String part(Path shard) {
    return shard.getFileName().toString().split("-", -1)[0];
  }

  /** Its extent's ordinal in the part. */
  static int extent(Path shard) {
    return Integer.parseInt(shard.getFileName().toString().split("-", -1)[1]);
  }

  /** Which shard it is, 0 for the first data shard. */
  static int index(Path shard) {
    return Integer.parseInt(shard.getFileName().toString().split("-", -1)[2]);
  }

  static void awaitGone(Set<Path> shards) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(shards).noneMatch(Files::exists));
  }
}
