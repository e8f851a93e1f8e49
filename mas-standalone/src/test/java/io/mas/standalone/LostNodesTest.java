package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.standalone.MasClient.Download;
import io.mas.standalone.SharedStore.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files of all kinds of extents, with two of the six nodes gone, and with three. */
@ExtendWith(SharedStore.class)
class LostNodesTest {
  private static final int KIB = 1 << 10;
  private static final int MIB = 1 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Two nodes of six, from 1. */
  record Pair(int one, int other) {}

  private final Store store;
  private final MasClient client;

  LostNodesTest(Store store) {
    this.store = store;
    this.client = store.client();
  }

  static Stream<Pair> pairs() {
    return IntStream.rangeClosed(1, 6)
        .boxed()
        .flatMap(one -> IntStream.rangeClosed(one + 1, 6).mapToObj(other -> new Pair(one, other)));
  }

  /** Full copies, one block, several blocks with a short last one, and several parts. */
  private List<Content> files() throws Exception {
    List<Content> files =
        List.of(
            Content.of("empty", new byte[0]),
            Content.text("small", "forty-two"),
            Content.random("copies", 64 * KIB, 21),
            Content.random("one block", 300 * KIB, 22),
            Content.random("blocks", 5 * MIB + 777, 23),
            Content.text("compressed", "the same line again\n".repeat(200_000)));
    for (Content file : files) {
      assertThat(client.single(file).ok()).isTrue();
    }
    Content parts = Content.random("parts", 3 * MIB + 5, 24);
    assertThat(ChunkedUpload.send(client, parts, MIB, 24).ok()).isTrue();
    return Stream.concat(files.stream(), Stream.of(parts)).toList();
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void everyFileReadsBackWithAnyTwoNodesStopped(Pair pair) throws Exception {
    List<Content> files = files();
    store.cluster().node(pair.one).stop();
    store.cluster().node(pair.other).stop();
    try {
      assertThat(files).allSatisfy(this::assertReadsBack);
    } finally {
      store.cluster().node(pair.one).start();
      store.cluster().node(pair.other).start();
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void everyFileReadsBackWithAnyTwoNodeFoldersEmptied(Pair pair) throws Exception {
    List<Content> files = files();
    try (var _ = Emptied.node(folder(pair.one));
        var _ = Emptied.node(folder(pair.other))) {
      assertThat(files).allSatisfy(this::assertReadsBack);
    }
  }

  @Test
  void aThirdLostNodeIsARefusalAndNeverAWrongByte() throws Exception {
    List<Content> files = files();
    List.of(1, 3, 6).forEach(node -> store.cluster().node(node).stop());
    try {
      assertThat(files).allSatisfy(this::assertRightOrRefused);
      assertThat(files.stream().map(file -> client.download(file.hash()).code())).contains(5404);
      store.cluster().node(3).start();
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(files).allSatisfy(this::assertReadsBack));
    } finally {
      List.of(1, 3, 6).forEach(node -> store.cluster().node(node).start());
    }
  }

  /** The control of the test with two: an emptied folder is really not read from. */
  @Test
  void threeEmptiedNodeFoldersAreARefusal() throws Exception {
    List<Content> files = files();
    try (var _ = Emptied.node(folder(2));
        var _ = Emptied.node(folder(4));
        var _ = Emptied.node(folder(5))) {
      assertThat(files).allSatisfy(this::assertRightOrRefused);
      assertThat(files.stream().map(file -> client.download(file.hash()).code())).contains(5404);
    }
    assertThat(files).allSatisfy(this::assertReadsBack);
  }

  private void assertReadsBack(Content file) {
    Download download = client.download(file.hash());
    assertThat(download.is(file)).as("%s: %s", file, download).isTrue();
  }

  private void assertRightOrRefused(Content file) {
    Download download = client.download(file.hash());
    boolean refused = download.status() == 503 && download.code() == 5404;
    assertThat(refused || download.is(file)).as("%s: %s", file, download).isTrue();
    assertThat(!refused || download.headers().firstValue("Retry-After").isPresent()).isTrue();
  }

  private Path folder(int node) {
    return store.cluster().node(node).dataDirectory();
  }

  /** A node's folder whose content is away, under the running node, until it is closed. */
  private record Emptied(Path folder, Path aside) implements AutoCloseable {
    static Emptied node(Path folder) throws IOException {
      Path aside = Files.createTempDirectory(folder.getParent(), "aside-");
      move(folder.resolve("shards"), aside.resolve("shards"));
      move(folder.resolve("commits"), aside.resolve("commits"));
      return new Emptied(folder, aside);
    }

    @Override
    public void close() throws IOException {
      move(aside.resolve("shards"), folder.resolve("shards"));
      move(aside.resolve("commits"), folder.resolve("commits"));
      Scratch.delete(aside);
    }

    /**
     * File by file: the node may be writing what is repaired meanwhile, and a folder that vanishes
     * under it would be a failed disk.
     */
    private static void move(Path from, Path to) throws IOException {
      try (Stream<Path> files = Files.exists(from) ? Files.walk(from) : Stream.empty()) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Path target = to.resolve(from.relativize(file));
          Files.createDirectories(target.getParent());
          move(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }

    private static void move(Path file, Path to, StandardCopyOption how) throws IOException {
      try {
        Files.move(file, to, how);
      } catch (NoSuchFileException e) {
        assertThat(file).as("collected meanwhile").doesNotExist();
      }
    }
  }
}
