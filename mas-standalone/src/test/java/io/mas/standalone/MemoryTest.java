package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole store at -Xmx256m, in a process of its own, while large files go through it. */
class MemoryTest {
  private static final long GIB = 1L << 30;
  private static final long MAX_GROWTH = 600L << 20;

  @TempDir Path data;

  @Test
  void twoGibibytesInAndOutDoNotGrowIt() throws Exception {
    Content first = Content.random("first", 2 * GIB, 71);
    Content second = Content.random("second", 2 * GIB, 72);
    long begun = System.nanoTime();
    try (StoreProcess store = StoreProcess.start(data);
        MasClient client = store.client(data)) {
      System.out.printf(Locale.ROOT, "ready after %.1f s%n", (System.nanoTime() - begun) / 1e9);
      long idle = report(store, "idle", "VmRSS");
      assertThat(idle).isLessThanOrEqualTo(GIB);
      assertThat(client.single(first).ok()).isTrue();
      report(store, "after an upload of 2 GiB", "VmRSS");
      CompletableFuture<Boolean> upload =
          CompletableFuture.supplyAsync(() -> client.single(second).ok());
      assertThat(client.download(first.hash()).is(first)).isTrue();
      assertThat(upload.join()).isTrue();
      report(store, "after another beside a download of 2 GiB", "VmRSS");
      long most = report(store, "at most", "VmHWM");
      assertThat(most - idle).isLessThanOrEqualTo(MAX_GROWTH);
      assertThat(store.output()).doesNotContain("OutOfMemoryError");
      assertThat(store.alive()).isTrue();
      assertThat(client.single(Content.text("small", "still well")).ok()).isTrue();
    }
  }

  private static long report(StoreProcess store, String when, String figure) throws Exception {
    long bytes = store.memory(figure);
    System.out.printf(Locale.ROOT, "resident memory %s: %d MiB%n", when, bytes >> 20);
    return bytes;
  }
}
