package io.mas.api.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.Layout;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
  private static final int UNIT = 4096;
  private static final Duration LONG = Duration.ofSeconds(20);

  private final BufferPool pool = new BufferPool(16 * UNIT, LONG);

  @AfterEach
  void nothingIsHeld() {
    assertThat(pool.heldBytes()).isZero();
    pool.close();
  }

  @Test
  void heldBytesAreWholeUnitsAndComeBack() throws Exception {
    BufferPool.Buffer one = pool.acquire(UNIT + 1);
    assertThat(one.memory().byteSize()).isEqualTo(2 * UNIT);
    assertThat(pool.heldBytes()).isEqualTo(2 * UNIT);
    one.release();
  }

  @Test
  void aBufferGoesBackWithItsLastHolder() throws Exception {
    BufferPool.Buffer buffer = pool.acquire(UNIT);
    buffer.retain();
    buffer.release();
    assertThat(pool.heldBytes()).isEqualTo(UNIT);
    buffer.release();
    assertThat(pool.heldBytes()).isZero();
  }

  @Test
  void releasingTooOftenIsRefusedAndChangesNothing() throws Exception {
    BufferPool.Buffer buffer = pool.acquire(UNIT);
    buffer.release();
    assertThatIllegalStateException().isThrownBy(buffer::release);
    assertThatIllegalStateException().isThrownBy(buffer::retain);
    assertThatIllegalStateException().isThrownBy(buffer::release);
    assertThat(pool.heldBytes()).isZero();
  }

  @Test
  void memoryIsNotHandedOutAfterTheRelease() throws Exception {
    BufferPool.Buffer buffer = pool.acquire(UNIT);
    buffer.release();
    assertThatIllegalStateException().isThrownBy(buffer::memory);
  }

  @Test
  void aBufferBeyondTheBudgetIsAConfigurationError() {
    assertThatExceptionOfType(MasException.class)
        .isThrownBy(() -> pool.acquire(17 * UNIT))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION_UNREADABLE));
  }

  @Test
  void whoWaitsTooLongIsToldToComeBack() throws Exception {
    BufferPool impatient = new BufferPool(UNIT, Duration.ofMillis(20));
    BufferPool.Buffer only = impatient.acquire(UNIT);
    assertThatExceptionOfType(MasException.class)
        .isThrownBy(() -> impatient.acquire(UNIT))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_MANY_REQUESTS));
    only.release();
    assertThat(impatient.heldBytes()).isZero();
    impatient.acquire(UNIT).release();
    impatient.close();
  }

  /** The request was admitted when it got its first buffer: it is not broken off later. */
  @Test
  void onlyTheFirstBufferOfARequestHasToComeInTime() throws Exception {
    BufferPool impatient = new BufferPool(1 << 20, Duration.ofMillis(20));
    Layout layout = Layout.of(1, 1, 300 << 10); // a block of which is most of the memory
    RequestBuffers late = new RequestBuffers(impatient);
    RequestBuffers early = new RequestBuffers(impatient);
    early.acquire(layout).close();
    BlockBuffer others = BlockBuffer.acquire(impatient, layout);
    assertThatExceptionOfType(MasException.class)
        .isThrownBy(() -> late.acquire(layout))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_MANY_REQUESTS));
    CompletableFuture<BlockBuffer> second = new CompletableFuture<>();
    Thread waiting =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    second.complete(early.acquire(layout));
                  } catch (InterruptedException | RuntimeException e) {
                    second.completeExceptionally(e);
                  }
                });
    await().until(() -> waiting.getState() == Thread.State.WAITING); // no time is set
    others.close();
    second.get().close();
    impatient.close();
  }

  @Test
  void anAdmittedRequestThatIsInterruptedWhileItWaitsTakesNothing() throws Exception {
    BufferPool.Buffer all = pool.acquire(16 * UNIT);
    CompletableFuture<BufferPool.Buffer> never = new CompletableFuture<>();
    Thread waiting =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    never.complete(pool.await(UNIT));
                  } catch (InterruptedException e) {
                    never.completeExceptionally(e);
                  }
                });
    await().until(() -> waiting.getState() == Thread.State.WAITING);
    waiting.interrupt();
    waiting.join();
    assertThat(never).isCompletedExceptionally();
    all.release();
  }

  @Test
  void nobodyPassesThoseWhoWait() throws Exception {
    BufferPool.Buffer some = pool.acquire(4 * UNIT);
    CompletableFuture<BufferPool.Buffer> large = new CompletableFuture<>();
    Thread waiting = Thread.ofVirtual().start(() -> acquireInto(13 * UNIT, large));
    await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
    assertThat(pool.tryAcquire(UNIT)).as("a second buffer while somebody waits").isEmpty();
    some.release();
    large.get().release();
    Optional<BufferPool.Buffer> now = pool.tryAcquire(UNIT);
    assertThat(now).isPresent();
    now.get().release();
  }

  @Test
  void aSecondBufferLeavesHalfOfTheBudget() throws Exception {
    BufferPool.Buffer first = pool.acquire(7 * UNIT);
    Optional<BufferPool.Buffer> second = pool.tryAcquire(UNIT);
    assertThat(second).as("half is still free").isPresent();
    assertThat(pool.tryAcquire(UNIT)).as("half is held").isEmpty();
    pool.acquire(8 * UNIT).release();
    second.get().release();
    first.release();
  }

  private void acquireInto(int bytes, CompletableFuture<BufferPool.Buffer> result) {
    try {
      result.complete(pool.acquire(bytes));
    } catch (InterruptedException | RuntimeException e) {
      result.completeExceptionally(e);
    }
  }

  @Test
  void anInterruptedWaiterTakesNothing() throws Exception {
    BufferPool.Buffer all = pool.acquire(16 * UNIT);
    CompletableFuture<BufferPool.Buffer> never = new CompletableFuture<>();
    Thread waiting = Thread.ofVirtual().start(() -> acquireInto(UNIT, never));
    await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
    waiting.interrupt();
    waiting.join();
    assertThat(never).isCompletedExceptionally();
    all.release();
  }

  /**
   * Every holder writes its own number everywhere and must find nothing else before it gives up.
   */
  @Test
  void noTwoHoldersHaveTheSameMemory() throws Exception {
    long seed = System.nanoTime();
    System.out.println("BufferPoolTest seed " + seed);
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        Random random = new Random(seed + t);
        byte mark = (byte) (t + 1);
        running.add(threads.submit(() -> markManyTimes(random, mark)));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
  }

  private Void markManyTimes(Random random, byte mark) throws InterruptedException {
    for (int i = 0; i < 300; i++) {
      BufferPool.Buffer buffer = pool.acquire(1 + random.nextInt(6 * UNIT));
      buffer.memory().fill(mark);
      byte[] found = buffer.memory().toArray(ValueLayout.JAVA_BYTE);
      for (byte one : found) {
        if (one != mark) {
          throw new AssertionError("memory of two holders");
        }
      }
      buffer.release();
    }
    return null;
  }
}
