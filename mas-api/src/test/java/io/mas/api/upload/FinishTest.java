package io.mas.api.upload;

import static io.mas.api.upload.UploadWorld.CONTENT;
import static io.mas.api.upload.UploadWorld.GRANT;
import static io.mas.api.upload.UploadWorld.HASH;
import static io.mas.api.upload.UploadWorld.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.UploadDocument;
import io.mas.api.metadata.UploadId;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.object.FileInfo;
import io.mas.api.object.ObjectWorld;
import io.mas.api.token.TokenGrant;
import io.mas.common.error.ErrorCode;
import io.mas.common.object.ObjectHash;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Finishes that meet each other, break down, or are repeated, with a clock that the test moves. */
@Timeout(60)
class FinishTest {
  private final UploadWorld world;

  FinishTest(@TempDir Path directory) {
    world = new UploadWorld(directory);
  }

  @AfterEach
  void everythingIsGivenBack() {
    world.close();
  }

  /** Of a file that is there whole, by the other gateway. */
  private FutureTask<Long> finishOfTheOther() {
    world.send();
    return new FutureTask<>(
        () -> world.other.finish(GRANT, OptionalLong.empty(), OptionalInt.empty()).size());
  }

  /** The second one waits for the lease of the first, and finds the upload ended. */
  @Test
  void aFinishJoinsTheOneOfAnotherGateway() throws Exception {
    FutureTask<Long> joined = finishOfTheOther();
    world.beforeCommit.set(
        () -> {
          int reads = world.uploadReads.get();
          Thread.ofVirtual().start(joined);
          await().until(() -> world.uploadReads.get() >= reads + 2);
        });
    assertThat(world.finish()).isEqualTo(3000);
    assertThat(joined.get()).isEqualTo(3000);
  }

  /** However long that takes: it says by its lease that it goes on. */
  @Test
  void aFinishJoinsALongOneOfAnotherGateway() throws Exception {
    FutureTask<Long> joined = finishOfTheOther();
    world.beforeCommit.set(
        () -> {
          Thread.ofVirtual().start(joined);
          for (int i = 0; i < 5; i++) {
            renew();
            int reads = world.uploadReads.get();
            await().until(() -> world.uploadReads.get() >= reads + 2 || joined.isDone());
            world.objects.time.addAndGet(14_000);
          }
        });
    assertThat(world.finish()).isEqualTo(3000);
    assertThat(joined.get()).isEqualTo(3000);
  }

  private void renew() {
    UploadDocument upload =
        world.store.upload(new UploadId(HASH, ""), Concern.LINEARIZABLE).orElseThrow();
    String owner = Objects.requireNonNull(upload.lease()).owner();
    UploadDocument.Lease longer =
        new UploadDocument.Lease(owner, world.objects.clock.millis() + 15_000);
    assertThat(world.store.compareAndSetUpload(upload.finishing(longer)))
        .isEqualTo(WriteOutcome.APPLIED);
  }

  private void leaseUntil(long until) {
    UploadDocument upload =
        world.store.upload(new UploadId(HASH, ""), Concern.LINEARIZABLE).orElseThrow();
    UploadDocument.Lease lease = new UploadDocument.Lease("dead", until);
    assertThat(world.store.compareAndSetUpload(upload.finishing(lease)))
        .isEqualTo(WriteOutcome.APPLIED);
  }

  /** Nobody need finish for that; the client may have more to send. */
  @Test
  void anUploadWhoseFinishHasDiedTakesChunksAgain() {
    world.init();
    world.chunk(1, 0, 2000);
    leaseUntil(world.objects.time.get() + 1000);
    refused(ErrorCode.CHUNK_CONFLICT, () -> world.chunk(2, 2000, 3000));
    world.objects.time.addAndGet(1001);
    world.chunk(2, 2000, 3000);
    assertThat(world.finish()).isEqualTo(3000);
  }

  @Test
  void theLeaseOfAClockThatIsAheadKeepsNobodyOut() {
    world.init();
    world.chunk(1, 0, 2000);
    leaseUntil(world.objects.time.get() + Duration.ofHours(1).toMillis());
    world.chunk(2, 2000, 3000);
    leaseUntil(world.objects.time.get() + Duration.ofHours(1).toMillis());
    assertThat(world.finish()).isEqualTo(3000);
  }

  @Test
  void aLeaseWhoseAnswerWasLostIsTheOwnOne() {
    world.send();
    world.unknownUploads.set(1);
    assertThat(world.finish()).isEqualTo(3000);
  }

  /** A finish that breaks down must not leave the upload closed to chunks. */
  @Test
  void aFinishThatBreaksDownOpensTheUploadAgain() {
    world.send();
    world.brokenCommits.set(1);
    assertThatExceptionOfType(IllegalStateException.class).isThrownBy(world::finish);
    world.uploads.requireOpen(GRANT);
    assertThat(world.finish()).isEqualTo(3000);
  }

  /** What was told already is not told again when it is no longer so. */
  @Test
  void aFinishInTheBackgroundTellsEachResultOnce() {
    world.init();
    world.chunk(1, 0, 2000);
    await().untilAsserted(() -> refused(ErrorCode.CONTENT_MISMATCH, () -> finishInBackground()));
    world.chunk(2, 2000, 3000);
    await().until(() -> finishInBackground().persistence());
    assertThat(world.objects.read(HASH)).isEqualTo(CONTENT);
  }

  /** Whichever gateway took the chunk. */
  @Test
  void aFailureInTheBackgroundIsNotToldWhenTheChunksAreOthers() {
    world.init();
    world.chunk(1, 0, 2000);
    CountDownLatch told = new CountDownLatch(1);
    world.beforeFile.set(() -> join(told));
    assertThat(finishInBackground().persistence()).isFalse();
    told.countDown();
    await()
        .until(() -> state(new UploadId(HASH, "")) == UploadDocument.State.OPEN && replaceable());
    UploadWorld.chunk(world.other, GRANT, 2, Arrays.copyOfRange(CONTENT, 2000, 3000));
    await().until(() -> finishInBackground().persistence());
  }

  private FileInfo finishInBackground() {
    return world.uploads.finishAsync(GRANT, OptionalLong.empty(), OptionalInt.empty());
  }

  private static void join(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean replaceable() {
    return world
        .store
        .upload(new UploadId(HASH, ""), Concern.LINEARIZABLE)
        .orElseThrow()
        .replaceable();
  }

  @Test
  void aSuccessInTheBackgroundIsNotToldOfALaterUpload() {
    world.send();
    assertThat(finishInBackground().hash()).isEqualTo(HASH);
    await().until(() -> world.store.file(HASH, Concern.LINEARIZABLE).isPresent());
    await().until(() -> world.init().file().persistence());
    assertThat(world.objects.room.files().delete(HASH).size()).isEqualTo(3000);
    UploadDocument upload =
        world.store.upload(new UploadId(HASH, ""), Concern.LINEARIZABLE).orElseThrow();
    await().until(() -> state(upload) == UploadDocument.State.COMMITTED);
    world.init();
    await().untilAsserted(() -> world.missing("1", () -> finishInBackground()));
  }

  private UploadDocument.State state(UploadDocument upload) {
    return state(upload.id());
  }

  private UploadDocument.State state(UploadId upload) {
    return world.store.upload(upload, Concern.LINEARIZABLE).orElseThrow().state();
  }

  /** It has no parts to know the own commit by. */
  @Test
  void anEmptyFileThatWasDeletedIsNotRevivedByAFinishThatIsRepeated() {
    ObjectHash empty = ObjectWorld.hash(new byte[0]);
    TokenGrant own = TokenGrant.upload(empty, "", OptionalLong.empty());
    world.uploads.init(own, "n", OptionalLong.empty(), OptionalInt.empty());
    world.objects.time.incrementAndGet();
    world.lostCommits.set(1);
    assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> finish(own));
    assertThat(world.objects.read(empty)).isEmpty();
    assertThat(world.objects.room.files().delete(empty).size()).isZero();
    refused(ErrorCode.NO_SUCH_FILE, () -> finish(own));
    world.objects.time.incrementAndGet();
    world.uploads.init(own, "n", OptionalLong.empty(), OptionalInt.empty());
    assertThat(finish(own)).isZero();
    assertThat(world.objects.read(empty)).as("stored anew").isEmpty();
  }

  private long finish(TokenGrant by) {
    return world.uploads.finish(by, OptionalLong.empty(), OptionalInt.empty()).size();
  }
}
