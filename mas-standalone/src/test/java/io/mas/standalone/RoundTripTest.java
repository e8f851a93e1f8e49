package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.standalone.MasClient.Answer;
import io.mas.standalone.MasClient.Download;
import io.mas.standalone.SharedStore.Store;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(SharedStore.class)
class RoundTripTest {
  private static final int KIB = 1 << 10;
  private static final int MIB = 1 << 20;

  /** An extent has at most 256 blocks of 1 MiB. */
  private static final long EXTENT = 256L * MIB;

  private final Store store;
  private final MasClient client;

  RoundTripTest(Store store) {
    this.store = store;
    this.client = store.client();
  }

  static Stream<Content> sizes() {
    return Stream.of(
            0,
            1,
            511,
            512,
            513,
            64 * KIB - 1,
            64 * KIB,
            64 * KIB + 1,
            MIB - 1,
            MIB,
            MIB + 1,
            4 * MIB,
            17 * MIB + 3)
        .map(size -> Content.random(size + " bytes", size, 1000 + size));
  }

  /** What a developer's machine is full of: jars, classes, pictures, text. */
  static Stream<Content> realFiles() throws IOException {
    List<Path> jars =
        Arrays.stream(System.getProperty("java.class.path").split(":"))
            .filter(entry -> entry.endsWith(".jar"))
            .map(Path::of)
            .filter(Files::isRegularFile)
            .sorted()
            .toList();
    assertThat(jars).hasSizeGreaterThan(20);
    return Stream.concat(
        jars.stream().limit(12).map(Content::of),
        Stream.of(picture(), Content.text("数字.txt", text())));
  }

  private static Content picture() throws IOException {
    BufferedImage image = new BufferedImage(640, 480, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < image.getWidth(); x++) {
      for (int y = 0; y < image.getHeight(); y++) {
        image.setRGB(x, y, new Color(x % 256, y % 256, (x * y) % 256).getRGB());
      }
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, "png", png)).isTrue();
    return Content.of("picture.png", png.toByteArray());
  }

  private static String text() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 200_000; i++) {
      text.append("第 ").append(i).append(" 行\n");
    }
    return text.toString();
  }

  @ParameterizedTest
  @MethodSource({"sizes", "realFiles"})
  void aFileStoredInOneRequestReadsBack(Content content) {
    Answer stored = client.single(content);
    assertThat(stored.ok()).as("%s", stored).isTrue();
    assertThat(stored.data().path("size").asLong()).isEqualTo(content.length());
    assertThat(stored.data().path("name").asString()).isEqualTo(content.name());
    assertReadsBack(content);
  }

  @ParameterizedTest
  @MethodSource("realFiles")
  void aFileStoredInChunksReadsBack(Content real) throws Exception {
    // Another file than the one stored whole: an upload of a stored file ends at init.
    Content content = real.slice(1, real.length());
    Answer finished = ChunkedUpload.send(client, content, content.length() / 7 + 1, 7);
    assertThat(finished.ok()).as("%s", finished).isTrue();
    assertReadsBack(content);
  }

  @Test
  void aFileOfOneByteMoreThanAnExtentReadsBack() {
    Content content = Content.random("large", EXTENT + 1, 5);
    assertThat(client.single(content).ok()).isTrue();
    assertReadsBack(content);
    long from = EXTENT - 3;
    Download tail = client.seek(content.hash(), from);
    assertThat(tail.sha256()).isEqualTo(content.slice(from, content.length()).hash());
    assertThat(client.delete(content.hash()).ok()).isTrue();
  }

  @Test
  void aLargeFileInChunksReadsBack() throws Exception {
    Content content = Content.random("chunks", 100L * MIB + 12345, 6);
    Answer finished = ChunkedUpload.send(client, content, 8 * MIB, 8);
    assertThat(finished.ok()).as("%s", finished).isTrue();
    assertReadsBack(content);
    assertThat(client.delete(content.hash()).ok()).isTrue();
  }

  @Test
  void aRangeIsTheBytesOfTheRange() {
    Content content = Content.random("ranged", 3 * MIB + 17, 9);
    assertThat(client.single(content).ok()).isTrue();
    Download range = client.download(content.hash(), "Range", "bytes=1048570-2097160");
    assertThat(range.status()).isEqualTo(206);
    assertThat(range.sha256()).isEqualTo(content.slice(1_048_570, 2_097_161).hash());
  }

  @Test
  void aStoredFileIsNotStoredAgain() {
    Content content = Content.random("twice", 2 * MIB, 10);
    assertThat(client.single(content).ok()).isTrue();
    Set<Path> before = Shards.of(store);
    assertThat(client.single(content).ok()).isTrue();
    assertThat(client.init(client.uploadToken(content.hash()), "twice").persistent()).isTrue();
    assertThat(Shards.since(before, store)).isEmpty();
  }

  @Test
  void aDeletedFileIsGoneAndMayBeStoredAgain() {
    Content content = Content.random("deleted", 2 * MIB, 11);
    assertThat(client.single(content).ok()).isTrue();
    assertThat(client.delete(content.hash()).ok()).isTrue();
    assertThat(client.download(content.hash()).code()).isEqualTo(5407);
    assertThat(client.info(content.hash()).code()).isEqualTo(5407);
    storeAgain(content);
    assertReadsBack(content);
  }

  @Test
  void theShardsOfADeletedFileGo() {
    Content content = Content.random("collected", 2 * MIB, 12);
    Set<Path> before = Shards.of(store);
    assertThat(client.single(content).ok()).isTrue();
    Set<Path> own = Shards.since(before, store);
    assertThat(own).hasSize(6);
    assertThat(client.delete(content.hash()).ok()).isTrue();
    Shards.awaitGone(own);
  }

  /** An upload that meets the collection of the deleted file is told to try again. */
  private void storeAgain(Content content) {
    await()
        .until(
            () -> {
              Answer answer = client.single(content);
              assertThat(answer.ok() || answer.code() == 5501).as("%s", answer).isTrue();
              return answer.ok();
            });
  }

  private void assertReadsBack(Content content) {
    Download download = client.download(content.hash());
    assertThat(download.is(content)).as("%s", download).isTrue();
    assertThat(download.length()).isEqualTo(content.length());
  }
}
