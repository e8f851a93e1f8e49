package io.mas.api.object;

import io.mas.api.metadata.ChunkDocument;
import io.mas.api.metadata.Concern;
import io.mas.api.metadata.GarbageDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.UploadDocument;
import io.mas.api.metadata.UploadId;
import io.mas.api.metadata.WriteOutcome;
import io.mas.common.error.MasException;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for work for the {@link Collector}: notes that are due, and uploads that have expired, were
 * aborted, or are done. Several sweeps may run at once; one that fails on an item goes on with the
 * next and comes back to it. Thread-safe.
 */
public final class GarbageSweep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GarbageSweep.class);

  /** Items taken in one go. */
  private static final int BATCH = 100;

  /** Items worked on at once: each waits for the database and for nodes most of its time. */
  private static final int TOGETHER = 8;

  private final MetadataStore metadata;
  private final Collector collector;
  private final ShardDeleter deleter;
  private final CommitRecords records;
  private final ObjectProperties properties;
  private final InstantSource clock;
  private final ObjectMetrics metrics;
  private final CountDownLatch closing = new CountDownLatch(1);

  GarbageSweep(
      MetadataStore metadata,
      Collector collector,
      ShardDeleter deleter,
      CommitRecords records,
      ObjectProperties properties,
      InstantSource clock,
      ObjectMetrics metrics) {
    this.metadata = metadata;
    this.collector = collector;
    this.deleter = deleter;
    this.records = records;
    this.properties = properties;
    this.clock = clock;
    this.metrics = metrics;
  }

  /**
   * Sweeps every {@code mas.object.collect-every} until closed.
   *
   * @param allowed whether anything may be collected now
   */
  public void start(BooleanSupplier allowed) {
    Thread.ofVirtual().name("mas-garbage-sweep").start(() -> sweepUntilClosed(allowed));
  }

  private void sweepUntilClosed(BooleanSupplier allowed) {
    try {
      while (!closing.await(properties.collectEvery().toMillis(), TimeUnit.MILLISECONDS)) {
        sweep(allowed);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Does all that is due now. */
  public void sweep() {
    sweep(() -> true);
  }

  private void sweep(BooleanSupplier allowed) {
    BooleanSupplier goesOn = () -> closing.getCount() > 0 && allowed.getAsBoolean();
    long now = clock.millis(); // what is put off is not met again
    guarded(
        () -> inBatches(() -> metadata.uploadsExpiringBefore(now, BATCH), this::expired, goesOn));
    guarded(() -> inBatches(() -> metadata.dueGarbage(now, BATCH), this::due, goesOn));
  }

  /**
   * Takes batch after batch while they are full: a store that deletes more than a batch in each
   * interval would else never get its space back. One of which nothing is done is the last.
   *
   * @param done whether an item will not be in the next batch
   */
  private static <T> void inBatches(
      Supplier<List<T>> batches, Predicate<T> done, BooleanSupplier goesOn) {
    boolean more = true;
    while (more && goesOn.getAsBoolean()) {
      List<T> batch = batches.get();
      long gone = together(batch, item -> goesOn.getAsBoolean() && done.test(item));
      more = batch.size() == BATCH && gone > 0;
    }
  }

  /** Of how many items this is so; some are asked at once. */
  private static <T> long together(List<T> items, Predicate<T> done) {
    if (items.size() < 2) {
      return items.stream().filter(done).count();
    }
    ThreadFactory virtual = Thread.ofVirtual().name("mas-garbage").factory();
    try (ExecutorService threads = Executors.newFixedThreadPool(TOGETHER, virtual)) {
      List<Callable<Boolean>> tasks =
          items.stream().<Callable<Boolean>>map(item -> () -> done.test(item)).toList();
      return threads.invokeAll(tasks).stream().filter(GarbageSweep::is).count();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  private static boolean is(Future<Boolean> done) {
    if (done.state() == Future.State.FAILED) { // an Error: of others each item takes care itself
      LOG.error("collection of an item broke off", done.exceptionNow());
    }
    return done.state() == Future.State.SUCCESS && done.resultNow();
  }

  /** One half of a sweep: whatever goes wrong in it, the other half has its turn. */
  private static void guarded(Runnable half) {
    try {
      half.run();
    } catch (MasException e) {
      LOG.warn("sweep broke off: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("sweep broke off", e); // and goes on next time: nothing else collects
    }
  }

  private boolean due(GarbageDocument note) {
    try {
      left(note.what())
          .ifPresentOrElse(
              rest -> putOff(note.left(rest, later())), () -> metadata.removeGarbage(note.id()));
      return true;
    } catch (RuntimeException e) {
      LOG.warn("garbage of {} not collected", note.what().hash(), e);
      guarded(() -> putOff(note.dueAt(later())));
      return false;
    }
  }

  private void putOff(GarbageDocument rest) {
    metadata.putGarbage(rest);
    metrics.putOff();
  }

  /** Collects, and tells what is left of it. */
  private Optional<GarbageDocument.Target> left(GarbageDocument.Target what) {
    return switch (what) {
      case GarbageDocument.Parts parts -> left(parts);
      case GarbageDocument.Generation(var upload, long generation) ->
          alive(upload, generation) || collect(upload, generation)
              ? Optional.empty()
              : Optional.of(what);
    };
  }

  private Optional<GarbageDocument.Target> left(GarbageDocument.Parts note) {
    Optional<GarbageDocument.Target> rest = note.fenced() ? resumed(note) : collected(note);
    if (rest.isEmpty()) {
      records.deletedAgain(note.hash());
    }
    return rest;
  }

  private Optional<GarbageDocument.Target> resumed(GarbageDocument.Parts note) {
    return collector.resume(note.hash(), note.parts()) ? Optional.empty() : Optional.of(note);
  }

  private Optional<GarbageDocument.Target> collected(GarbageDocument.Parts note) {
    return switch (collector.collect(note.hash(), note.parts())) {
      case Collector.Done _ -> Optional.empty();
      case Collector.Fenced(var parts) -> Optional.of(fenced(note.hash(), parts));
      case Collector.Later _ -> Optional.of(note);
    };
  }

  private GarbageDocument note(GarbageDocument.Target what) {
    return new GarbageDocument(UUID.randomUUID().toString(), later(), what);
  }

  private static GarbageDocument.Target fenced(ObjectHash hash, Collection<PartId> parts) {
    return new GarbageDocument.Parts(hash, List.copyOf(parts), true);
  }

  /** When what could not be done now is tried again: behind what else is due. */
  private long later() {
    return clock.millis() + Math.max(1, properties.orphanGrace().toMillis());
  }

  /** Whether a generation is an upload under way: then it is not garbage after all. */
  private boolean alive(UploadId id, long generation) {
    return metadata
        .upload(id, Concern.LINEARIZABLE)
        .filter(upload -> upload.generation() == generation)
        .filter(UploadDocument::underWay)
        .isPresent();
  }

  private boolean expired(UploadDocument upload) {
    try {
      switch (upload.state()) {
        case OPEN, FINISHING -> {
          UploadDocument aborted = upload.to(UploadDocument.State.ABORTED);
          if (metadata.compareAndSetUpload(aborted) == WriteOutcome.APPLIED) {
            end(aborted);
          }
        }
        case ABORTED -> end(upload);
        case COMMITTED -> forget(upload);
      }
      return true;
    } catch (RuntimeException e) {
      LOG.warn("upload of {} not collected", upload.id().hash(), e);
      return false;
    }
  }

  private void end(UploadDocument upload) {
    if (collect(upload.id(), upload.generation())) {
      metadata.deleteUpload(upload);
    } else {
      WriteOutcome ignored = metadata.compareAndSetUpload(upload.expiring(later()));
    }
  }

  /**
   * Forgets an upload that is committed. Its parts are the file's, whose deletion gives readers
   * their grace; what else was listed in it is looked at after as long.
   */
  private void forget(UploadDocument upload) {
    List<ChunkDocument> chunks = metadata.chunks(upload.id(), upload.generation());
    deleter.leaveForGrace(upload.id().hash(), unnamed(upload.id(), chunks));
    chunks.forEach(metadata::deleteChunk);
    metadata.deleteUpload(upload);
  }

  /** Parts of chunks that the file's document, live or deleted, does not name. */
  private Set<PartId> unnamed(UploadId upload, List<ChunkDocument> chunks) {
    Set<PartId> parts = chunks.stream().map(ChunkDocument::part).collect(Collectors.toSet());
    metadata
        .file(upload.hash(), Concern.LINEARIZABLE)
        .ifPresent(file -> file.parts().forEach(part -> parts.remove(part.id())));
    return parts;
  }

  /**
   * Collects the parts of one generation, then its chunk documents. Those of a file that was
   * deleted since are left to the note of its deletion, which gives readers their grace.
   *
   * @return whether the generation may be forgotten; what could not be deleted is noted
   */
  private boolean collect(UploadId upload, long generation) {
    List<ChunkDocument> chunks = metadata.chunks(upload, generation);
    switch (collector.collect(upload.hash(), unnamed(upload, chunks))) {
      case Collector.Done _ -> {}
      case Collector.Fenced(var parts) -> metadata.putGarbage(note(fenced(upload.hash(), parts)));
      case Collector.Later _ -> {
        return false;
      }
    }
    CrashPoint.reached("collect.chunks-left");
    chunks.forEach(metadata::deleteChunk);
    return true;
  }

  @Override
  public void close() {
    closing.countDown();
  }
}
