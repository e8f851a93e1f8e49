package io.mas.api.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.object.ObjectWorld;
import io.mas.api.object.ProtocolRule;
import io.mas.api.object.StoredFile;
import io.mas.api.token.TokenGrant;
import io.mas.api.upload.ReceivedChunk;
import io.mas.api.upload.UploadConfiguration;
import io.mas.api.upload.UploadProgress;
import io.mas.api.upload.UploadProperties;
import io.mas.api.upload.Uploads;
import io.mas.common.object.ByteRange;
import io.mas.common.object.ObjectHash;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

/**
 * The database commands of each request, all of them and in order. They are the cost of the
 * metadata: whoever adds one says here what for.
 */
@Timeout(60)
class MongoRoundTripsTest {
  private final CommandLog log = new CommandLog();
  private final MongoBackend backend = new MongoBackend();
  private final MetadataStore store = backend.open(log);
  private final ObjectWorld world = new ObjectWorld(store, ObjectWorld.Shape.USUAL);
  private final Uploads uploads =
      UploadConfiguration.uploads(
          new UploadConfiguration.Outside(store, world.room.parts(), world.clock, new Random(2)),
          new UploadProperties(
              DataSize.ofMegabytes(64),
              DataSize.ofTerabytes(5),
              Duration.ofDays(7),
              Duration.ofMinutes(10),
              Duration.ofSeconds(15)),
          ProtocolRule.ALL);

  @AfterEach
  void everythingIsGivenBack() {
    world.close();
    store.close();
    backend.close();
  }

  private static TokenGrant upload(byte[] content) {
    return TokenGrant.upload(ObjectWorld.hash(content), "", OptionalLong.empty());
  }

  @ParameterizedTest
  @ValueSource(ints = {64 << 10, 1 << 20})
  void aSingleUploadIsOneReadAndTwoWrites(int size) {
    byte[] content = ObjectWorld.random(size, size);
    log.take();
    uploads.single(upload(content)).store("n", new ByteArrayInputStream(content));
    assertThat(log.take()).containsExactly("find files", "insert extents", "insert files");
  }

  @Test
  void aSingleUploadOfAStoredFileIsTwoReads() {
    byte[] content = ObjectWorld.random(1, 1000);
    world.store(content);
    log.take();
    assertThat(uploads.single(upload(content)).stored()).isPresent();
    // The second one is linearizable: "stored" is an acknowledgement.
    assertThat(log.take()).containsExactly("find files", "find files");
  }

  @Test
  void anUploadInTwoChunks() {
    byte[] content = ObjectWorld.random(2, 200_000);
    TokenGrant grant = upload(content);
    log.take();
    init(grant);
    assertThat(log.take()).containsExactly("find files", "find uploads", "insert uploads");
    for (int number = 1; number <= 2; number++) {
      chunk(grant, number, Arrays.copyOfRange(content, (number - 1) * 100_000, number * 100_000));
      assertThat(log.take())
          .containsExactly(
              "find uploads", // before the body is asked for
              "insert extents",
              "find uploads", // its generation now, after what may be a long body
              "insert chunks",
              "find uploads", // whether it has ended meanwhile
              "aggregate chunks"); // how many there are, for the answer
    }
    uploads.finish(grant, OptionalLong.empty(), OptionalInt.empty());
    assertThat(log.take())
        .containsExactly(
            "find uploads",
            "update uploads", // the lease
            "find files", // the version of the commit
            "find chunks",
            "find extents", // whether any is missing
            "find extents", // to read back
            "insert files", // the commit
            "update uploads");
  }

  @Test
  void anUploadIsResumedWithOneReadOfItsExtentsForEvery32Chunks() {
    byte[] content = ObjectWorld.random(3, 33);
    TokenGrant grant = upload(content);
    init(grant);
    for (int number = 1; number <= 33; number++) {
      chunk(grant, number, Arrays.copyOfRange(content, number - 1, number));
    }
    log.take();
    assertThat(init(grant).chunks()).isEqualTo("1-33");
    assertThat(log.take())
        .containsExactly(
            "find files", "find uploads", "find chunks", "find extents", "find extents");
  }

  @Test
  void aDownloadIsOneReadForTheFileAndOneForItsExtentsTheFirstTime() {
    byte[] content = ObjectWorld.random(4, 1 << 20);
    ObjectHash hash = world.store(content).hash();
    log.take();
    assertThat(download(hash, content.length)).isEqualTo(content);
    assertThat(log.take()).containsExactly("find files", "find extents");
    assertThat(download(hash, content.length)).isEqualTo(content);
    assertThat(log.take()).containsExactly("find files");
  }

  @Test
  void aDeletionIsOneReadAndTwoWrites() {
    ObjectHash hash = world.store(ObjectWorld.random(5, 1000)).hash();
    log.take();
    assertThat(world.room.files().delete(hash).size()).isEqualTo(1000);
    assertThat(log.take()).containsExactly("find files", "update garbage", "update files");
  }

  private UploadProgress init(TokenGrant grant) {
    return uploads.init(grant, "n", OptionalLong.empty(), OptionalInt.empty());
  }

  private void chunk(TokenGrant grant, int number, byte[] bytes) {
    uploads.requireOpen(grant);
    try (ReceivedChunk chunk = uploads.receive(grant, new ByteArrayInputStream(bytes))) {
      assertThat(chunk.list(number)).isEqualTo(number);
    }
  }

  private byte[] download(ObjectHash hash, int length) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StoredFile file = world.room.files().open(hash);
    try (StoredFile.Reading reading = file.read(new ByteRange(0, length))) {
      reading.copy(out);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }
}
