package io.mas.node.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DiskThreadsTest {
  private final DiskThreads threads =
      new DiskThreads("test", 1, Thread.ofPlatform().name("low-", 0).daemon().factory());

  @AfterEach
  void close() {
    threads.close();
  }

  private static String thread() {
    return Thread.currentThread().getName();
  }

  @Test
  void aTaskRunsOnADiskThreadAndItsFailureComesBack() throws IOException {
    assertThat(threads.call(DiskThreadsTest::thread)).isEqualTo("test-disk-0");
    assertThatThrownBy(() -> threads.call(DiskThreadsTest::fail)).isInstanceOf(EOFException.class);
  }

  private static String fail() throws IOException {
    throw new EOFException();
  }

  /** With one thread of each kind another would wait for ever. */
  @Test
  void whatIsCalledInTheBackgroundStaysThere() throws IOException {
    assertThat(threads.inBackground(() -> thread() + " " + threads.call(DiskThreadsTest::thread)))
        .isEqualTo("low-0 low-0");
    assertThatThrownBy(() -> threads.inBackground(() -> threads.call(DiskThreadsTest::fail)))
        .isInstanceOf(EOFException.class);
    assertThat(threads.call(DiskThreadsTest::thread)).isEqualTo("test-disk-0");
  }

  @Test
  void whatComesAfterTheEndIsRefused() {
    threads.close();
    assertThatThrownBy(() -> threads.call(DiskThreadsTest::thread)).hasMessageContaining("closed");
    assertThatThrownBy(() -> threads.inBackground(DiskThreadsTest::thread))
        .hasMessageContaining("closed");
  }
}
