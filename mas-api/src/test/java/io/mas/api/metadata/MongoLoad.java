package io.mas.api.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ObjectHash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Several writers who contend for a few files, and insert extents, while something happens to the
 * server; and what must be true afterwards.
 */
final class MongoLoad {
  private static final int WRITERS = 12;
  private static final int FILES = 4;

  private final MetadataStore store;
  private final RandomDocuments random;
  private final List<ObjectHash> files;
  private final OutcomeHistory history = new OutcomeHistory();
  private final Queue<ExtentDocument> acknowledged = new ConcurrentLinkedQueue<>();
  private final AtomicLong unanswered = new AtomicLong();
  private final AtomicBoolean ended = new AtomicBoolean();

  /** Something that happens to the server. */
  interface Disturbance {
    void run() throws Exception;
  }

  MongoLoad(MetadataStore store, RandomDocuments random) {
    this.store = store;
    this.random = random;
    this.files = RandomDocuments.many(FILES, random::hash);
  }

  /** Runs until all of it has happened; the server is well at the end. */
  void during(Disturbance disturbance) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        writers.add(threads.submit(this::write));
      }
      try {
        disturbance.run();
      } finally {
        ended.set(true);
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }

  /** Waits until it goes well again, or still. */
  void awaitProgress() {
    long before = applied();
    await().atMost(Duration.ofSeconds(30)).until(() -> applied() > before + 100);
  }

  /** How many files and extents were acknowledged so far. */
  long applied() {
    return history.count(WriteOutcome.APPLIED) + acknowledged.size();
  }

  /** How many calls had no definite answer so far. */
  long unanswered() {
    return unanswered.get() + history.count(WriteOutcome.UNKNOWN);
  }

  private void write() {
    while (!ended.get()) {
      answered(() -> raise(random.oneOf(files)));
      answered(this::insert);
    }
  }

  private boolean raise(ObjectHash hash) {
    long version = store.file(hash, Concern.LINEARIZABLE).map(FileDocument::version).orElse(0L);
    FileDocument next = random.file(hash, version + 1, 2);
    try {
      history.told(next, store.compareAndSetFile(next));
    } catch (MasException e) {
      history.told(next, WriteOutcome.REFUSED); // it was never sent
      throw e;
    }
    return true;
  }

  private boolean insert() {
    ExtentDocument extent = random.extent();
    if (store.insertExtent(extent) == WriteOutcome.APPLIED) {
      acknowledged.add(extent);
    }
    return true;
  }

  private void answered(Supplier<Boolean> call) {
    try {
      assertThat(call.get()).isTrue();
    } catch (MasException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.METADATA_UNREACHABLE);
      unanswered.incrementAndGet();
    }
  }

  /** Everything that was told is true, nothing acknowledged is lost, and the listing agrees. */
  void verify() {
    assertThat(history.contradictions(hash -> store.file(hash, Concern.LINEARIZABLE))).isEmpty();
    for (ExtentDocument extent : acknowledged) {
      assertThat(store.extent(extent.id(), Concern.LINEARIZABLE)).contains(extent);
    }
    List<FileDocument> live =
        files.stream()
            .flatMap(hash -> store.file(hash, Concern.LINEARIZABLE).stream())
            .filter(FileDocument::live)
            .toList();
    assertThat(store.files("", "", 1000).files()).containsExactlyInAnyOrderElementsOf(live);
    System.out.println(
        "MongoLoad: %d applied, %d without an answer".formatted(applied(), unanswered()));
  }
}
