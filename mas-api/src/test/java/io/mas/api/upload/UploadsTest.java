package io.mas.api.upload;

import static io.mas.api.upload.UploadWorld.CONTENT;
import static io.mas.api.upload.UploadWorld.GRANT;
import static io.mas.api.upload.UploadWorld.HASH;
import static io.mas.api.upload.UploadWorld.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mas.api.metadata.ChunkDocument;
import io.mas.api.metadata.Concern;
import io.mas.api.metadata.UploadDocument;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.object.ObjectWorld;
import io.mas.api.token.TokenGrant;
import io.mas.common.error.ErrorCode;
import io.mas.common.object.ObjectHash;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** The rows of the API's contract on uploads, on the rooms, with a clock that the test moves. */
@Timeout(60)
class UploadsTest {
  private final UploadWorld world;

  UploadsTest(@TempDir Path directory) {
    world = new UploadWorld(directory);
  }

  @AfterEach
  void everythingIsGivenBack() {
    world.close();
  }

  @Test
  void chunksInAnyOrderBecomeTheFile() {
    assertThat(world.init().file().persistence()).isFalse();
    assertThat(world.chunk(3, 2000, 3000)).isEqualTo(1);
    assertThat(world.chunk(1, 0, 1000)).isEqualTo(2);
    assertThat(world.init().chunks()).isEqualTo("1,3");
    assertThat(world.chunk(2, 1000, 2000)).isEqualTo(3);
    assertThat(world.init().chunks()).isEqualTo("1-3");
    assertThat(world.finish()).isEqualTo(3000);
    assertThat(world.objects.read(HASH)).isEqualTo(CONTENT);
    assertThat(world.finish()).as("again").isEqualTo(3000);
    assertThat(world.init().file().persistence()).isTrue();
  }

  /** A primary that is one no more knows nothing of a deletion: "stored" would be a loss. */
  @Test
  void whatAFormerPrimaryHasNotSeenDeletedIsStoredAnew() {
    world.send();
    world.finish();
    world.formerPrimary.set(world.store.file(HASH, Concern.LINEARIZABLE));
    world.objects.room.files().delete(HASH);
    assertThat(world.uploads.single(GRANT).stored()).isEmpty();
    assertThat(world.init().file().persistence()).isFalse();
    world.later(Duration.ofDays(8));
    refused(ErrorCode.UPLOAD_NOT_INITIALISED, () -> world.chunk(1, 0, 2000));
  }

  @Test
  void whatAFormerPrimaryHasNotSeenIsFoundAllTheSame() {
    world.formerPrimary.set(Optional.empty());
    world.send();
    world.finish();
    assertThat(world.objects.room.files().info(HASH).size()).isEqualTo(3000);
    assertThat(world.objects.read(HASH)).isEqualTo(CONTENT);
  }

  @Test
  void theSameChunkAgainIsIdempotentAndTakesNoSpace() {
    world.init();
    world.chunk(1, 0, 1000);
    int copies = world.objects.nodes.copies().size();
    assertThat(world.chunk(1, 0, 1000)).isEqualTo(1);
    assertThat(world.objects.nodes.copies()).hasSize(copies);
  }

  @Test
  void otherBytesUnderTheSameNumberAreAConflictAndTakeNoSpace() {
    world.init();
    world.chunk(1, 0, 1000);
    int copies = world.objects.nodes.copies().size();
    refused(ErrorCode.CHUNK_CONFLICT, () -> world.chunk(1, 1, 1001));
    refused(ErrorCode.CHUNK_CONFLICT, () -> world.chunk(1, 0, 999));
    assertThat(world.objects.nodes.copies()).hasSize(copies);
  }

  @Test
  void numbersAndLengthsAreBounded() {
    world.init();
    refused(ErrorCode.PARAMETER_MALFORMED, () -> world.chunk(0, 0, 10));
    refused(ErrorCode.PARAMETER_MALFORMED, () -> world.chunk(10_001, 0, 10));
    refused(ErrorCode.PARAMETER_LENGTH, () -> world.chunk(1, 0, 0));
    refused(ErrorCode.TOO_LARGE, () -> world.chunk(1, 0, 2049));
    assertThat(world.chunk(10_000, 0, 2048)).isEqualTo(1);
    assertThat(world.objects.nodes.parts()).hasSize(1);
  }

  @Test
  void aChunkNeedsAnUploadThatIsOpen() {
    refused(ErrorCode.UPLOAD_NOT_INITIALISED, () -> world.chunk(1, 0, 10));
    refused(ErrorCode.UPLOAD_NOT_INITIALISED, world::finish);
    world.send();
    assertThat(world.finish()).isEqualTo(3000);
    refused(ErrorCode.ALREADY_STORED, () -> world.chunk(3, 0, 10));
    refused(ErrorCode.ALREADY_STORED, () -> world.uploads.requireOpen(GRANT));
  }

  @Test
  void aMissingChunkIsNamed() {
    world.init();
    world.missing("1", world::finish);
    world.chunk(2, 1000, 2000);
    world.chunk(4, 0, 10);
    world.missing("1,3", world::finish);
    world.missing(
        "1,3", () -> world.uploads.finish(GRANT, OptionalLong.of(2000), OptionalInt.empty()));
    world.missing(
        "1,3,5", () -> world.uploads.finish(GRANT, OptionalLong.of(4001), OptionalInt.empty()));
  }

  @Test
  void theTailIsNamedWhenTheCountOrTheSizeIsKnown() {
    world.init();
    world.chunk(1, 0, 1000);
    world.missing(
        "2-4", () -> world.uploads.finish(GRANT, OptionalLong.empty(), OptionalInt.of(4)));
    world.missing(
        "2-3", () -> world.uploads.finish(GRANT, OptionalLong.of(3000), OptionalInt.empty()));
    world.missing(
        "2-3", () -> world.uploads.finish(GRANT, OptionalLong.of(2001), OptionalInt.empty()));
  }

  @Test
  void whatWasSaidAtInitCountsAtFinish() {
    world.uploads.init(GRANT, "name", OptionalLong.of(3000), OptionalInt.of(3));
    world.chunk(1, 0, 1000);
    world.missing("2-3", world::finish);
  }

  /** It may be a tail still to come; from then on any chunk may be replaced. */
  @Test
  void otherContentKeepsTheChunksAndLetsThemBeReplaced() {
    world.init();
    world.chunk(1, 0, 1500);
    world.chunk(2, 0, 1500);
    refused(ErrorCode.CONTENT_MISMATCH, world::finish);
    assertThat(world.init().chunks()).isEqualTo("1-2");
    assertThat(world.chunk(2, 1500, 3000)).isEqualTo(2);
    assertThat(world.finish()).isEqualTo(3000);
    assertThat(world.objects.read(HASH)).isEqualTo(CONTENT);
    world.later(Duration.ofMinutes(11));
    assertThat(world.objects.nodes.parts()).as("the replaced one is gone").hasSize(2);
  }

  @Test
  void aReplacementOfUnknownOutcomeLeavesNothingBehind() {
    world.init();
    world.chunk(1, 0, 1500);
    world.chunk(2, 0, 1500);
    refused(ErrorCode.CONTENT_MISMATCH, world::finish);
    world.unknownReplaces.set(1);
    assertThat(world.chunk(2, 1500, 3000)).isEqualTo(2);
    assertThat(world.finish()).isEqualTo(3000);
    world.later(Duration.ofMinutes(11));
    assertThat(world.objects.nodes.parts()).hasSize(2);
    assertThat(world.objects.read(HASH)).isEqualTo(CONTENT);
  }

  @Test
  void anAbortedUploadIsCollectedAndCanBeBegunAgain() {
    world.init();
    world.chunk(1, 0, 1000);
    world.uploads.abort(GRANT);
    world.uploads.abort(GRANT);
    refused(ErrorCode.UPLOAD_NOT_INITIALISED, () -> world.chunk(2, 1000, 2000));
    assertThat(world.init().chunks()).as("a new generation").isEmpty();
    world.later(Duration.ofMinutes(11));
    assertThat(world.objects.nodes.parts()).isEmpty();
    world.chunk(1, 0, 2000);
    world.chunk(2, 2000, 3000);
    assertThat(world.finish()).isEqualTo(3000);
  }

  @Test
  void anUploadThatWasAbortedAndCollectedWasNeverInitialised() {
    world.init();
    world.chunk(1, 0, 1000);
    world.uploads.abort(GRANT);
    world.later(Duration.ofMinutes(11));
    assertThat(world.objects.nodes.parts()).as("collected, with a fence").isEmpty();
    refused(ErrorCode.UPLOAD_NOT_INITIALISED, world::finish);
  }

  @Test
  void anUploadExpiresSevenDaysAfterItsLastChunk() {
    long expires = world.init().expires();
    assertThat(expires).isEqualTo(world.objects.time.get() / 1000 + 7 * 86_400);
    world.later(Duration.ofDays(6));
    world.chunk(1, 0, 1000);
    assertThat(world.init().expires()).isEqualTo(expires + 6 * 86_400);
    world.later(Duration.ofDays(6));
    world.chunk(2, 1000, 2000);
    world.objects.time.addAndGet(Duration.ofDays(8).toMillis());
    refused(ErrorCode.UPLOAD_NOT_INITIALISED, () -> world.chunk(3, 2000, 3000));
    assertThat(world.init().chunks()).isEmpty();
    world.later(Duration.ofMinutes(11));
    assertThat(world.objects.nodes.parts()).isEmpty();
  }

  @Test
  void sessionsOfOneHashAreSeparate() {
    world.init();
    world.chunk(1, 0, 1000);
    TokenGrant other = TokenGrant.upload(HASH, "other", OptionalLong.empty());
    assertThat(world.uploads.init(other, "n", OptionalLong.empty(), OptionalInt.empty()).chunks())
        .isEmpty();
    assertThat(world.chunk(other, 1, Arrays.copyOf(CONTENT, 500))).isEqualTo(1);
  }

  @Test
  void theTokensBoundHolds() {
    TokenGrant bounded = TokenGrant.upload(HASH, "b", OptionalLong.of(2999));
    refused(
        ErrorCode.TOO_LARGE,
        () -> world.uploads.init(bounded, "n", OptionalLong.of(3000), OptionalInt.empty()));
    world.uploads.init(bounded, "n", OptionalLong.empty(), OptionalInt.empty());
    world.chunk(bounded, 1, Arrays.copyOf(CONTENT, 2000));
    refused(
        ErrorCode.TOO_LARGE,
        () -> world.chunk(bounded, 2, Arrays.copyOfRange(CONTENT, 2000, 3000)));
    assertThat(world.chunk(bounded, 2, Arrays.copyOfRange(CONTENT, 2000, 2999))).isEqualTo(2);
    refused(
        ErrorCode.TOO_LARGE,
        () -> world.uploads.single(bounded).store("n", new ByteArrayInputStream(CONTENT)));
  }

  @Test
  void theLargestFileHoldsForChunksToo() {
    byte[] large = ObjectWorld.random(9, 5000);
    TokenGrant own = TokenGrant.upload(ObjectWorld.hash(large), "", OptionalLong.empty());
    world.uploads.init(own, "n", OptionalLong.empty(), OptionalInt.empty());
    world.chunk(own, 1, Arrays.copyOf(large, 2000));
    world.chunk(own, 2, Arrays.copyOfRange(large, 2000, 4000));
    world.chunk(own, 3, Arrays.copyOfRange(large, 4000, 5000));
    refused(
        ErrorCode.TOO_LARGE,
        () -> world.uploads.finish(own, OptionalLong.empty(), OptionalInt.empty()));
  }

  @Test
  void aFinishAfterTheDeletionSaysSo() {
    world.send();
    assertThat(world.finish()).isEqualTo(3000);
    assertThat(world.objects.room.files().delete(HASH).size()).isEqualTo(3000);
    refused(ErrorCode.NO_SUCH_FILE, world::finish);
    assertThat(world.init().chunks()).isEmpty();
  }

  @Test
  void aSingleOfOtherContentLeavesNothing() {
    refused(
        ErrorCode.CONTENT_MISMATCH,
        () -> world.uploads.single(GRANT).store("n", new ByteArrayInputStream(new byte[3000])));
    assertThat(world.objects.nodes.parts()).isEmpty();
    assertThat(
            world.uploads.single(GRANT).store("n", new ByteArrayInputStream(CONTENT)).persistence())
        .isTrue();
  }

  @Test
  void anEmptyFileIsStoredEitherWay() {
    ObjectHash empty = ObjectWorld.hash(new byte[0]);
    TokenGrant own = TokenGrant.upload(empty, "", OptionalLong.empty());
    world.uploads.init(own, "n", OptionalLong.of(0), OptionalInt.empty());
    assertThat(world.uploads.finish(own, OptionalLong.empty(), OptionalInt.empty()).size())
        .isZero();
    assertThat(world.objects.read(empty)).isEmpty();
  }

  /** As clients do that know nothing of sizes: one chunk, which is empty, or none. */
  @Test
  void anEmptyFileNeedsNoSize() {
    ObjectHash empty = ObjectWorld.hash(new byte[0]);
    for (String session : List.of("none", "one")) {
      TokenGrant own = TokenGrant.upload(empty, session, OptionalLong.empty());
      world.uploads.init(own, "n", OptionalLong.empty(), OptionalInt.empty());
      if (session.equals("one")) {
        assertThat(world.chunk(own, 1, new byte[0])).isZero();
      }
      assertThat(world.uploads.finish(own, OptionalLong.empty(), OptionalInt.empty()).size())
          .isZero();
      assertThat(world.objects.read(empty)).isEmpty();
      assertThat(world.objects.room.files().delete(empty).size()).isZero();
    }
  }

  @Test
  void aChunkWhosePartIsGoneIsNotListedAndIsReplaced() {
    world.send();
    UploadDocument upload = world.store.uploads(HASH).getFirst();
    ChunkDocument first = world.store.chunks(upload.id(), upload.generation()).getFirst();
    world
        .objects
        .extents(first.part())
        .forEach(
            extent ->
                assertThat(world.store.compareAndSetExtent(extent.withMark()))
                    .isEqualTo(WriteOutcome.APPLIED));
    assertThat(world.init().chunks()).isEqualTo("2");
    world.missing("1", world::finish);
    assertThat(world.chunk(1, 0, 2000)).isEqualTo(2);
    assertThat(world.finish()).isEqualTo(3000);
    assertThat(world.objects.read(HASH)).isEqualTo(CONTENT);
  }

  /** A gateway that was set up anew since cuts it otherwise. */
  @Test
  void theSameChunkUnderAnotherBlockSizeIsIdempotent() {
    byte[] chunk = ObjectWorld.random(2, 3 * ObjectWorld.BLOCK / 2);
    byte[] other = chunk.clone();
    other[chunk.length - 1]++;
    ObjectWorld.Shape cutLonger =
        new ObjectWorld.Shape(9, 32 << 20, Duration.ofSeconds(20), "4+2", 2 * ObjectWorld.BLOCK);
    world.init();
    try (ObjectWorld objects = new ObjectWorld(world.store, cutLonger, world.objects.nodes)) {
      Uploads before = UploadWorld.gateway(world.store, world.objects, DataSize.ofMegabytes(1));
      Uploads after = UploadWorld.gateway(world.store, objects, DataSize.ofMegabytes(1));
      assertThat(UploadWorld.chunk(before, GRANT, 1, chunk)).isEqualTo(1);
      int copies = world.objects.nodes.copies().size();
      assertThat(UploadWorld.chunk(after, GRANT, 1, chunk)).isEqualTo(1);
      refused(ErrorCode.CHUNK_CONFLICT, () -> UploadWorld.chunk(after, GRANT, 1, other));
      assertThat(world.objects.nodes.copies()).hasSize(copies);
    }
  }

  /** The file may have been there for a moment, in which somebody began to read it. */
  @Test
  void aSingleWhoseCommitIsNotKnownKeepsItsPartForReaders() {
    world.lostCommits.set(1);
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(
            () -> world.uploads.single(GRANT).store("n", new ByteArrayInputStream(CONTENT)));
    assertThat(world.objects.read(HASH)).isEqualTo(CONTENT);
    world.objects.room.files().delete(HASH);
    world.later(Duration.ofHours(23));
    assertThat(world.objects.nodes.parts()).hasSize(1);
    world.later(Duration.ofHours(2));
    assertThat(world.objects.nodes.parts()).isEmpty();
  }
}
