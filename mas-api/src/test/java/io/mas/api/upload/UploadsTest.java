package io.mas.api.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.mas.api.metadata.ChunkDocument;
import io.mas.api.metadata.Concern;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.metadata.UploadDocument;
import io.mas.api.metadata.UploadId;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.object.FileInfo;
import io.mas.api.object.ObjectWorld;
import io.mas.api.object.ProtocolRule;
import io.mas.api.token.TokenGrant;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ObjectHash;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** The rows of the API's contract on uploads, on the rooms, with a clock that the test moves. */
@Timeout(60)
class UploadsTest {
  private static final byte[] CONTENT = ObjectWorld.random(1, 3000);
  private static final ObjectHash HASH = ObjectWorld.hash(CONTENT);

  private final MetadataStore store;
  private final ObjectWorld world;
  private final Uploads uploads;
  private final TokenGrant grant = TokenGrant.upload(HASH, "", OptionalLong.empty());
  private final AtomicInteger unknownReplaces = new AtomicInteger();
  private final AtomicInteger unknownUploads = new AtomicInteger();
  private final AtomicInteger brokenCommits = new AtomicInteger();
  private final AtomicInteger uploadReads = new AtomicInteger();
  private final AtomicReference<Runnable> beforeCommit = new AtomicReference<>(() -> {});
  private final AtomicReference<Runnable> beforeFile = new AtomicReference<>(() -> {});
  private final AtomicReference<@Nullable Optional<FileDocument>> formerPrimary =
      new AtomicReference<>();
  private final Uploads otherGateway;

  UploadsTest(@TempDir Path directory) {
    store = RocksMetadataStore.open(directory.resolve("metadata"));
    MetadataStore meddled =
        ObjectWorld.meddled(
            store,
            (method, arguments, original) -> {
              if (method.equals("upload")) {
                uploadReads.incrementAndGet();
              }
              if (method.equals("file") && Thread.currentThread().getName().equals("mas-finish")) {
                beforeFile.getAndSet(() -> {}).run();
              }
              if (method.equals("file") && arguments[1] == Concern.MAJORITY) {
                Optional<FileDocument> old = formerPrimary.get();
                return old == null ? original.call() : old;
              }
              if (method.equals("compareAndSetFile")) {
                beforeCommit.getAndSet(() -> {}).run();
              }
              if (method.equals("compareAndSetFile") && brokenCommits.getAndDecrement() > 0) {
                throw new IllegalStateException("planted");
              }
              Object outcome = original.call();
              boolean lost =
                  switch (method) {
                    case "replaceChunk" -> unknownReplaces.getAndDecrement() > 0;
                    case "compareAndSetUpload" -> unknownUploads.getAndDecrement() > 0;
                    default -> false;
                  };
              return lost ? WriteOutcome.UNKNOWN : outcome;
            });
    world = new ObjectWorld(meddled, ObjectWorld.Shape.USUAL);
    uploads = gateway(meddled, new Random(2));
    otherGateway = gateway(meddled, new Random(3));
  }

  private Uploads gateway(MetadataStore metadata, Random random) {
    return UploadConfiguration.uploads(
        new UploadConfiguration.Outside(metadata, world.room.parts(), world.clock, random),
        new UploadProperties(
            DataSize.ofKilobytes(2),
            DataSize.ofKilobytes(4),
            Duration.ofDays(7),
            Duration.ofMinutes(10),
            Duration.ofSeconds(15)),
        ProtocolRule.ALL);
  }

  @AfterEach
  void everythingIsGivenBack() {
    world.close();
    store.close();
  }

  private UploadProgress init() {
    return uploads.init(grant, "name", OptionalLong.empty(), OptionalInt.empty());
  }

  private int chunk(int number, int from, int to) {
    return chunk(grant, number, Arrays.copyOfRange(CONTENT, from, to));
  }

  private int chunk(TokenGrant by, int number, byte[] bytes) {
    try (ReceivedChunk received = uploads.receive(by, new ByteArrayInputStream(bytes))) {
      return received.list(number);
    }
  }

  private long finish() {
    return uploads.finish(grant, OptionalLong.empty(), OptionalInt.empty()).size();
  }

  private interface Call {
    void run();
  }

  private static MasException refused(ErrorCode code, Call call) {
    MasException[] caught = new MasException[1];
    assertThatExceptionOfType(MasException.class)
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(code))
        .satisfies(e -> caught[0] = e);
    return caught[0];
  }

  private void missing(String ranges, Call call) {
    assertThat(refused(ErrorCode.CHUNK_CONFLICT, call).data()).isEqualTo(Map.of("missing", ranges));
  }

  private void later(Duration time) {
    world.time.addAndGet(time.toMillis());
    world.room.sweep().sweep();
  }

  @Test
  void chunksInAnyOrderBecomeTheFile() {
    assertThat(init().file().persistence()).isFalse();
    assertThat(chunk(3, 2000, 3000)).isEqualTo(1);
    assertThat(chunk(1, 0, 1000)).isEqualTo(2);
    assertThat(init().chunks()).isEqualTo("1,3");
    assertThat(chunk(2, 1000, 2000)).isEqualTo(3);
    assertThat(init().chunks()).isEqualTo("1-3");
    assertThat(finish()).isEqualTo(3000);
    assertThat(world.read(HASH)).isEqualTo(CONTENT);
    assertThat(finish()).as("again").isEqualTo(3000);
    assertThat(init().file().persistence()).isTrue();
  }

  /** A primary that is one no more knows nothing of a deletion: "stored" would be a loss. */
  @Test
  void whatAFormerPrimaryHasNotSeenDeletedIsStoredAnew() {
    init();
    chunk(1, 0, 2000);
    chunk(2, 2000, 3000);
    finish();
    formerPrimary.set(store.file(HASH, Concern.LINEARIZABLE));
    world.room.files().delete(HASH);
    assertThat(uploads.single(grant).stored()).isEmpty();
    assertThat(init().file().persistence()).isFalse();
    later(Duration.ofDays(8));
    refused(ErrorCode.UPLOAD_NOT_INITIALISED, () -> chunk(1, 0, 2000));
  }

  @Test
  void whatAFormerPrimaryHasNotSeenIsFoundAllTheSame() {
    formerPrimary.set(Optional.empty());
    init();
    chunk(1, 0, 2000);
    chunk(2, 2000, 3000);
    finish();
    assertThat(world.room.files().info(HASH).size()).isEqualTo(3000);
    assertThat(world.read(HASH)).isEqualTo(CONTENT);
  }

  @Test
  void theSameChunkAgainIsIdempotentAndTakesNoSpace() {
    init();
    chunk(1, 0, 1000);
    int copies = world.nodes.copies().size();
    assertThat(chunk(1, 0, 1000)).isEqualTo(1);
    assertThat(world.nodes.copies()).hasSize(copies);
  }

  @Test
  void otherBytesUnderTheSameNumberAreAConflictAndTakeNoSpace() {
    init();
    chunk(1, 0, 1000);
    int copies = world.nodes.copies().size();
    refused(ErrorCode.CHUNK_CONFLICT, () -> chunk(1, 1, 1001));
    refused(ErrorCode.CHUNK_CONFLICT, () -> chunk(1, 0, 999));
    assertThat(world.nodes.copies()).hasSize(copies);
  }

  @Test
  void numbersAndLengthsAreBounded() {
    init();
    refused(ErrorCode.PARAMETER_MALFORMED, () -> chunk(0, 0, 10));
    refused(ErrorCode.PARAMETER_MALFORMED, () -> chunk(10_001, 0, 10));
    refused(ErrorCode.PARAMETER_LENGTH, () -> chunk(1, 0, 0));
    refused(ErrorCode.TOO_LARGE, () -> chunk(1, 0, 2049));
    assertThat(chunk(10_000, 0, 2048)).isEqualTo(1);
    assertThat(world.nodes.parts()).hasSize(1);
  }

  @Test
  void aChunkNeedsAnUploadThatIsOpen() {
    refused(ErrorCode.UPLOAD_NOT_INITIALISED, () -> chunk(1, 0, 10));
    refused(ErrorCode.UPLOAD_NOT_INITIALISED, this::finish);
    init();
    chunk(1, 0, 2000);
    chunk(2, 2000, 3000);
    assertThat(finish()).isEqualTo(3000);
    refused(ErrorCode.ALREADY_STORED, () -> chunk(3, 0, 10));
    refused(ErrorCode.ALREADY_STORED, () -> uploads.requireOpen(grant));
  }

  @Test
  void aMissingChunkIsNamed() {
    init();
    missing("1", this::finish);
    chunk(2, 1000, 2000);
    chunk(4, 0, 10);
    missing("1,3", this::finish);
    missing("1,3", () -> uploads.finish(grant, OptionalLong.of(2000), OptionalInt.empty()));
    missing("1,3,5", () -> uploads.finish(grant, OptionalLong.of(4001), OptionalInt.empty()));
  }

  @Test
  void theTailIsNamedWhenTheCountOrTheSizeIsKnown() {
    init();
    chunk(1, 0, 1000);
    missing("2-4", () -> uploads.finish(grant, OptionalLong.empty(), OptionalInt.of(4)));
    missing("2-3", () -> uploads.finish(grant, OptionalLong.of(3000), OptionalInt.empty()));
    missing("2-3", () -> uploads.finish(grant, OptionalLong.of(2001), OptionalInt.empty()));
  }

  @Test
  void whatWasSaidAtInitCountsAtFinish() {
    uploads.init(grant, "name", OptionalLong.of(3000), OptionalInt.of(3));
    chunk(1, 0, 1000);
    missing("2-3", this::finish);
  }

  /** It may be a tail still to come; from then on any chunk may be replaced. */
  @Test
  void otherContentKeepsTheChunksAndLetsThemBeReplaced() {
    init();
    chunk(1, 0, 1500);
    chunk(2, 0, 1500);
    refused(ErrorCode.CONTENT_MISMATCH, this::finish);
    assertThat(init().chunks()).isEqualTo("1-2");
    assertThat(chunk(2, 1500, 3000)).isEqualTo(2);
    assertThat(finish()).isEqualTo(3000);
    assertThat(world.read(HASH)).isEqualTo(CONTENT);
    later(Duration.ofMinutes(11));
    assertThat(world.nodes.parts()).as("the replaced one is gone").hasSize(2);
  }

  @Test
  void aReplacementOfUnknownOutcomeLeavesNothingBehind() {
    init();
    chunk(1, 0, 1500);
    chunk(2, 0, 1500);
    refused(ErrorCode.CONTENT_MISMATCH, this::finish);
    unknownReplaces.set(1);
    assertThat(chunk(2, 1500, 3000)).isEqualTo(2);
    assertThat(finish()).isEqualTo(3000);
    later(Duration.ofMinutes(11));
    assertThat(world.nodes.parts()).hasSize(2);
    assertThat(world.read(HASH)).isEqualTo(CONTENT);
  }

  @Test
  void anAbortedUploadIsCollectedAndCanBeBegunAgain() {
    init();
    chunk(1, 0, 1000);
    uploads.abort(grant);
    uploads.abort(grant);
    refused(ErrorCode.UPLOAD_NOT_INITIALISED, () -> chunk(2, 1000, 2000));
    assertThat(init().chunks()).as("a new generation").isEmpty();
    later(Duration.ofMinutes(11));
    assertThat(world.nodes.parts()).isEmpty();
    chunk(1, 0, 2000);
    chunk(2, 2000, 3000);
    assertThat(finish()).isEqualTo(3000);
  }

  @Test
  void anUploadThatWasAbortedAndCollectedWasNeverInitialised() {
    init();
    chunk(1, 0, 1000);
    uploads.abort(grant);
    later(Duration.ofMinutes(11));
    assertThat(world.nodes.parts()).as("collected, with a fence").isEmpty();
    refused(ErrorCode.UPLOAD_NOT_INITIALISED, this::finish);
  }

  @Test
  void anUploadExpiresSevenDaysAfterItsLastChunk() {
    long expires = init().expires();
    assertThat(expires).isEqualTo(world.time.get() / 1000 + 7 * 86_400);
    later(Duration.ofDays(6));
    chunk(1, 0, 1000);
    assertThat(init().expires()).isEqualTo(expires + 6 * 86_400);
    later(Duration.ofDays(6));
    chunk(2, 1000, 2000);
    world.time.addAndGet(Duration.ofDays(8).toMillis());
    refused(ErrorCode.UPLOAD_NOT_INITIALISED, () -> chunk(3, 2000, 3000));
    assertThat(init().chunks()).isEmpty();
    later(Duration.ofMinutes(11));
    assertThat(world.nodes.parts()).isEmpty();
  }

  @Test
  void sessionsOfOneHashAreSeparate() {
    init();
    chunk(1, 0, 1000);
    TokenGrant other = TokenGrant.upload(HASH, "other", OptionalLong.empty());
    assertThat(uploads.init(other, "n", OptionalLong.empty(), OptionalInt.empty()).chunks())
        .isEmpty();
    assertThat(chunk(other, 1, Arrays.copyOf(CONTENT, 500))).isEqualTo(1);
  }

  @Test
  void theTokensBoundHolds() {
    TokenGrant bounded = TokenGrant.upload(HASH, "b", OptionalLong.of(2999));
    refused(
        ErrorCode.TOO_LARGE,
        () -> uploads.init(bounded, "n", OptionalLong.of(3000), OptionalInt.empty()));
    uploads.init(bounded, "n", OptionalLong.empty(), OptionalInt.empty());
    chunk(bounded, 1, Arrays.copyOf(CONTENT, 2000));
    refused(ErrorCode.TOO_LARGE, () -> chunk(bounded, 2, Arrays.copyOfRange(CONTENT, 2000, 3000)));
    assertThat(chunk(bounded, 2, Arrays.copyOfRange(CONTENT, 2000, 2999))).isEqualTo(2);
    refused(
        ErrorCode.TOO_LARGE,
        () -> uploads.single(bounded).store("n", new ByteArrayInputStream(CONTENT)));
  }

  @Test
  void theLargestFileHoldsForChunksToo() {
    byte[] large = ObjectWorld.random(9, 5000);
    TokenGrant own = TokenGrant.upload(ObjectWorld.hash(large), "", OptionalLong.empty());
    uploads.init(own, "n", OptionalLong.empty(), OptionalInt.empty());
    chunk(own, 1, Arrays.copyOf(large, 2000));
    chunk(own, 2, Arrays.copyOfRange(large, 2000, 4000));
    chunk(own, 3, Arrays.copyOfRange(large, 4000, 5000));
    refused(
        ErrorCode.TOO_LARGE, () -> uploads.finish(own, OptionalLong.empty(), OptionalInt.empty()));
  }

  @Test
  void aFinishAfterTheDeletionSaysSo() {
    init();
    chunk(1, 0, 2000);
    chunk(2, 2000, 3000);
    assertThat(finish()).isEqualTo(3000);
    assertThat(world.room.files().delete(HASH).size()).isEqualTo(3000);
    refused(ErrorCode.NO_SUCH_FILE, this::finish);
    assertThat(init().chunks()).isEmpty();
  }

  @Test
  void aSingleOfOtherContentLeavesNothing() {
    refused(
        ErrorCode.CONTENT_MISMATCH,
        () -> uploads.single(grant).store("n", new ByteArrayInputStream(new byte[3000])));
    assertThat(world.nodes.parts()).isEmpty();
    assertThat(uploads.single(grant).store("n", new ByteArrayInputStream(CONTENT)).persistence())
        .isTrue();
  }

  @Test
  void anEmptyFileIsStoredEitherWay() {
    ObjectHash empty = ObjectWorld.hash(new byte[0]);
    TokenGrant own = TokenGrant.upload(empty, "", OptionalLong.empty());
    uploads.init(own, "n", OptionalLong.of(0), OptionalInt.empty());
    assertThat(uploads.finish(own, OptionalLong.empty(), OptionalInt.empty()).size()).isZero();
    assertThat(world.read(empty)).isEmpty();
  }

  /** As clients do that know nothing of sizes: one chunk, which is empty, or none. */
  @Test
  void anEmptyFileNeedsNoSize() {
    ObjectHash empty = ObjectWorld.hash(new byte[0]);
    for (String session : List.of("none", "one")) {
      TokenGrant own = TokenGrant.upload(empty, session, OptionalLong.empty());
      uploads.init(own, "n", OptionalLong.empty(), OptionalInt.empty());
      if (session.equals("one")) {
        assertThat(chunk(own, 1, new byte[0])).isZero();
      }
      assertThat(uploads.finish(own, OptionalLong.empty(), OptionalInt.empty()).size()).isZero();
      assertThat(world.read(empty)).isEmpty();
      assertThat(world.room.files().delete(empty).size()).isZero();
    }
  }

  /** The second one waits for the lease of the first, and finds the upload ended. */
  @Test
  void aFinishJoinsTheOneOfAnotherGateway() throws Exception {
    init();
    chunk(1, 0, 2000);
    chunk(2, 2000, 3000);
    FutureTask<Long> joined =
        new FutureTask<>(
            () -> otherGateway.finish(grant, OptionalLong.empty(), OptionalInt.empty()).size());
    beforeCommit.set(
        () -> {
          int reads = uploadReads.get();
          Thread.ofVirtual().start(joined);
          await().until(() -> uploadReads.get() >= reads + 2);
        });
    assertThat(finish()).isEqualTo(3000);
    assertThat(joined.get()).isEqualTo(3000);
  }

  /** However long that takes: it says by its lease that it goes on. */
  @Test
  void aFinishJoinsALongOneOfAnotherGateway() throws Exception {
    init();
    chunk(1, 0, 2000);
    chunk(2, 2000, 3000);
    FutureTask<Long> joined =
        new FutureTask<>(
            () -> otherGateway.finish(grant, OptionalLong.empty(), OptionalInt.empty()).size());
    beforeCommit.set(
        () -> {
          Thread.ofVirtual().start(joined);
          for (int i = 0; i < 5; i++) {
            renew();
            int reads = uploadReads.get();
            await().until(() -> uploadReads.get() >= reads + 2 || joined.isDone());
            world.time.addAndGet(14_000);
          }
        });
    assertThat(finish()).isEqualTo(3000);
    assertThat(joined.get()).isEqualTo(3000);
  }

  private void renew() {
    UploadDocument upload =
        store.upload(new UploadId(HASH, ""), Concern.LINEARIZABLE).orElseThrow();
    String owner = Objects.requireNonNull(upload.lease()).owner();
    UploadDocument.Lease longer = new UploadDocument.Lease(owner, world.clock.millis() + 15_000);
    assertThat(store.compareAndSetUpload(upload.finishing(longer))).isEqualTo(WriteOutcome.APPLIED);
  }

  private void leaseUntil(long until) {
    UploadDocument upload =
        store.upload(new UploadId(HASH, ""), Concern.LINEARIZABLE).orElseThrow();
    UploadDocument.Lease lease = new UploadDocument.Lease("dead", until);
    assertThat(store.compareAndSetUpload(upload.finishing(lease))).isEqualTo(WriteOutcome.APPLIED);
  }

  /** Nobody need finish for that; the client may have more to send. */
  @Test
  void anUploadWhoseFinishHasDiedTakesChunksAgain() {
    init();
    chunk(1, 0, 2000);
    leaseUntil(world.time.get() + 1000);
    refused(ErrorCode.CHUNK_CONFLICT, () -> chunk(2, 2000, 3000));
    world.time.addAndGet(1001);
    chunk(2, 2000, 3000);
    assertThat(finish()).isEqualTo(3000);
  }

  @Test
  void theLeaseOfAClockThatIsAheadKeepsNobodyOut() {
    init();
    chunk(1, 0, 2000);
    leaseUntil(world.time.get() + Duration.ofHours(1).toMillis());
    chunk(2, 2000, 3000);
    leaseUntil(world.time.get() + Duration.ofHours(1).toMillis());
    assertThat(finish()).isEqualTo(3000);
  }

  @Test
  void aLeaseWhoseAnswerWasLostIsTheOwnOne() {
    init();
    chunk(1, 0, 2000);
    chunk(2, 2000, 3000);
    unknownUploads.set(1);
    assertThat(finish()).isEqualTo(3000);
  }

  /** A finish that breaks down must not leave the upload closed to chunks. */
  @Test
  void aFinishThatBreaksDownOpensTheUploadAgain() {
    init();
    chunk(1, 0, 2000);
    chunk(2, 2000, 3000);
    brokenCommits.set(1);
    assertThatExceptionOfType(IllegalStateException.class).isThrownBy(this::finish);
    uploads.requireOpen(grant);
    assertThat(finish()).isEqualTo(3000);
  }

  /** What was told already is not told again when it is no longer so. */
  @Test
  void aFinishInTheBackgroundTellsEachResultOnce() {
    init();
    chunk(1, 0, 2000);
    await().untilAsserted(() -> refused(ErrorCode.CONTENT_MISMATCH, () -> finishInBackground()));
    chunk(2, 2000, 3000);
    await().until(() -> finishInBackground().persistence());
    assertThat(world.read(HASH)).isEqualTo(CONTENT);
  }

  /** Whichever gateway took the chunk. */
  @Test
  void aFailureInTheBackgroundIsNotToldWhenTheChunksAreOthers() {
    init();
    chunk(1, 0, 2000);
    CountDownLatch told = new CountDownLatch(1);
    beforeFile.set(() -> join(told));
    assertThat(finishInBackground().persistence()).isFalse();
    told.countDown();
    await()
        .until(() -> state(new UploadId(HASH, "")) == UploadDocument.State.OPEN && replaceable());
    try (ReceivedChunk received =
        otherGateway.receive(
            grant, new ByteArrayInputStream(Arrays.copyOfRange(CONTENT, 2000, 3000)))) {
      received.list(2);
    }
    await().until(() -> finishInBackground().persistence());
  }

  private FileInfo finishInBackground() {
    return uploads.finishAsync(grant, OptionalLong.empty(), OptionalInt.empty());
  }

  private static void join(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean replaceable() {
    return store.upload(new UploadId(HASH, ""), Concern.LINEARIZABLE).orElseThrow().replaceable();
  }

  @Test
  void aSuccessInTheBackgroundIsNotToldOfALaterUpload() {
    init();
    chunk(1, 0, 2000);
    chunk(2, 2000, 3000);
    assertThat(finishInBackground().hash()).isEqualTo(HASH);
    await().until(() -> store.file(HASH, Concern.LINEARIZABLE).isPresent());
    await().until(() -> init().file().persistence());
    assertThat(world.room.files().delete(HASH).size()).isEqualTo(3000);
    UploadDocument upload =
        store.upload(new UploadId(HASH, ""), Concern.LINEARIZABLE).orElseThrow();
    await().until(() -> state(upload) == UploadDocument.State.COMMITTED);
    init();
    await().untilAsserted(() -> missing("1", () -> finishInBackground()));
  }

  private UploadDocument.State state(UploadDocument upload) {
    return state(upload.id());
  }

  private UploadDocument.State state(UploadId upload) {
    return store.upload(upload, Concern.LINEARIZABLE).orElseThrow().state();
  }

  @Test
  void aChunkWhosePartIsGoneIsNotListedAndIsReplaced() {
    init();
    chunk(1, 0, 2000);
    chunk(2, 2000, 3000);
    UploadDocument upload = store.uploads(HASH).getFirst();
    ChunkDocument first = store.chunks(upload.id(), upload.generation()).getFirst();
    world
        .extents(first.part())
        .forEach(
            extent ->
                assertThat(store.compareAndSetExtent(extent.withMark()))
                    .isEqualTo(WriteOutcome.APPLIED));
    assertThat(init().chunks()).isEqualTo("2");
    missing("1", this::finish);
    assertThat(chunk(1, 0, 2000)).isEqualTo(2);
    assertThat(finish()).isEqualTo(3000);
    assertThat(world.read(HASH)).isEqualTo(CONTENT);
  }
}
