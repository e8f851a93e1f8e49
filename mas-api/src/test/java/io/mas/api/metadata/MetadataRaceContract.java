package io.mas.api.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.ExtentDocument.Shard;
import io.mas.api.metadata.ExtentDocument.Turn;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ExtentId;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What holds when 32 threads want the same. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
abstract class MetadataRaceContract extends MetadataContract {
  private static final int THREADS = 32;
  private static final int ROUNDS = 5;

  @Test
  void oneOfManyFirstVersionsOfAFileWins() {
    for (int round = 0; round < ROUNDS; round++) {
      ObjectHash hash = random.hash();
      FileDocument won = oneWins(() -> random.file(hash, 1, 3), store::compareAndSetFile);
      assertThat(store.file(hash, Concern.LINEARIZABLE)).contains(won);
    }
  }

  @Test
  void oneOfManyNextVersionsOfAFileWins() {
    ObjectHash hash = random.hash();
    for (int version = 1; version <= ROUNDS; version++) {
      int next = version;
      FileDocument won = oneWins(() -> random.file(hash, next, 3), store::compareAndSetFile);
      assertThat(store.file(hash, Concern.LINEARIZABLE)).contains(won);
    }
  }

  @Test
  void oneOfManyInsertsOfAnExtentWins() {
    ExtentId id = new ExtentId(random.part(), 0);
    ExtentDocument won = oneWins(() -> random.extent(id, 3), store::insertExtent);
    assertThat(store.extents(id.part(), 0, 2, Concern.LINEARIZABLE)).containsExactly(won);
  }

  /** Who goes over the extents of a node takes a page that is not full for the last. */
  @Test
  void whatStaysOnANodeIsFoundWhileOthersLeaveIt() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      List<String> nodes = random.nodeIds(7);
      List<ExtentDocument> here =
          Stream.generate(() -> random.lacking(nodes.subList(0, 6), Set.of(), 1))
              .limit(60)
              .toList();
      here.forEach(store::insertExtent);
      Set<ExtentId> stay = new HashSet<>();
      List<ExtentDocument> leave = new ArrayList<>();
      for (ExtentDocument extent : here) {
        if (stay.size() <= leave.size()) {
          stay.add(extent.id());
        } else {
          leave.add(extent);
        }
      }
      Thread mover = Thread.ofPlatform().start(() -> leave.forEach(one -> move(one, nodes.get(6))));
      do {
        assertThat(found(nodes.getFirst())).containsAll(stay);
      } while (mover.isAlive());
      mover.join();
    }
  }

  private Set<ExtentId> found(String node) {
    Set<ExtentId> found = new HashSet<>();
    @Nullable ExtentId last = null;
    List<ExtentDocument> page;
    do {
      page = store.extentsOn(node, last, 10);
      page.forEach(one -> found.add(one.id()));
      last = page.isEmpty() ? null : page.getLast().id();
    } while (page.size() == 10);
    return found;
  }

  private void move(ExtentDocument extent, String to) {
    List<Shard> moved = new ArrayList<>(extent.shards());
    moved.set(0, new Shard(to, 5));
    store.compareAndSetExtent(extent.repaired(moved, Set.of(), false, Turn.NONE));
  }

  @Test
  void oneOfManyInsertsOfAChunkWins() {
    UploadId upload = random.uploadId();
    ChunkDocument won = oneWins(() -> random.chunk(upload, 1, 1), store::insertChunk);
    assertThat(store.chunks(upload, 1)).containsExactly(won);
  }

  @Test
  void oneOfManyReplacementsOfAChunkWins() {
    UploadId upload = random.uploadId();
    ChunkDocument first = random.chunk(upload, 1, 1);
    store.insertChunk(first);
    ChunkDocument won =
        oneWins(() -> random.chunk(upload, 1, 1), next -> store.replaceChunk(next, first.part()));
    assertThat(store.chunks(upload, 1)).containsExactly(won);
  }

  @Test
  void oneOfManyVersionsOfAnUploadWins() {
    UploadId id = random.uploadId();
    UploadDocument won = oneWins(() -> random.upload(id, 1), store::compareAndSetUpload);
    assertThat(store.upload(id, Concern.LINEARIZABLE)).contains(won);
  }

  @Test
  void oneOfManyVersionsOfANodeWins() {
    NodeDocument node = random.node();
    store.compareAndSetNode(node);
    oneWins(() -> new NodeDocument(2, node.announcement()), store::compareAndSetNode);
  }

  /** Runs the write with a value of its own on each thread; the value that won. */
  private <D> D oneWins(Callable<D> value, Function<D, WriteOutcome> write) {
    List<D> values = IntStream.range(0, THREADS).mapToObj(i -> called(value)).toList();
    List<WriteOutcome> outcomes =
        inParallel(values.stream().<Callable<WriteOutcome>>map(v -> () -> write.apply(v)).toList());
    assertThat(outcomes).filteredOn(WriteOutcome.APPLIED::equals).hasSize(1);
    assertThat(outcomes).filteredOn(WriteOutcome.REFUSED::equals).hasSize(THREADS - 1);
    return values.get(outcomes.indexOf(WriteOutcome.APPLIED));
  }

  @Test
  void deletingAndChangingAnExtentExcludeEachOther() {
    for (int round = 0; round < ROUNDS; round++) {
      ExtentDocument extent = random.extent(new ExtentId(random.part(), 0), 2);
      store.insertExtent(extent);
      List<WriteOutcome> outcomes =
          inParallel(
              List.of(
                  () -> store.deleteExtent(extent.id(), 1),
                  () -> store.compareAndSetExtent(extent.withMark())));
      assertThat(outcomes).containsExactlyInAnyOrder(WriteOutcome.APPLIED, WriteOutcome.REFUSED);
      PartId part = extent.id().part();
      boolean deleted = outcomes.getFirst() == WriteOutcome.APPLIED;
      assertThat(store.extents(part, 0, 1, Concern.LINEARIZABLE))
          .isEqualTo(deleted ? List.of() : List.of(extent.withMark()));
    }
  }

  @Test
  void deletingAndReplacingAChunkExcludeEachOther() {
    for (int round = 0; round < ROUNDS; round++) {
      ChunkDocument chunk = random.chunk();
      ChunkDocument next = random.chunk(chunk.upload(), chunk.generation(), chunk.number());
      store.insertChunk(chunk);
      List<WriteOutcome> outcomes =
          inParallel(
              List.of(
                  () -> store.deleteChunk(chunk), () -> store.replaceChunk(next, chunk.part())));
      assertThat(outcomes).containsExactlyInAnyOrder(WriteOutcome.APPLIED, WriteOutcome.REFUSED);
    }
  }

  @Test
  void noRaiseOfAVersionIsLost() {
    FileDocument first = random.file("n", 1);
    store.compareAndSetFile(first);
    inParallel(THREADS, () -> raise(first.hash(), 5));
    long version = store.file(first.hash(), Concern.LINEARIZABLE).orElseThrow().version();
    assertThat(version).isEqualTo(1 + 5 * THREADS);
  }

  private boolean raise(ObjectHash hash, int times) {
    int raised = 0;
    while (raised < times) {
      FileDocument file = store.file(hash, Concern.LINEARIZABLE).orElseThrow();
      if (store.compareAndSetFile(file.fenced()) == WriteOutcome.APPLIED) {
        raised++;
      }
    }
    return true;
  }

  @Test
  void aLinearizableReadSeesEveryAcknowledgedWrite() {
    FileDocument first = random.file("n", 1);
    store.compareAndSetFile(first);
    AtomicLong acknowledged = new AtomicLong(1);
    AtomicBoolean done = new AtomicBoolean();
    Callable<Boolean> writer =
        () -> {
          FileDocument file = first;
          for (int i = 0; i < 100; i++) {
            file = file.fenced();
            MetadataStoreContract.applied(store.compareAndSetFile(file));
            acknowledged.set(file.version());
          }
          done.set(true);
          return true;
        };
    Callable<Boolean> reader =
        () -> {
          boolean fresh = true;
          while (fresh && !done.get()) {
            long atLeast = acknowledged.get();
            FileDocument seen = store.file(first.hash(), Concern.LINEARIZABLE).orElseThrow();
            fresh = seen.version() >= atLeast;
          }
          return fresh;
        };
    // Virtual threads that never wait would leave the writer no carrier.
    assertThat(in(Executors.newCachedThreadPool(), List.of(writer, reader, reader, reader)))
        .containsOnly(true);
  }

  @Test
  void theListingAgreesWithTheFilesAfterARace() {
    List<ObjectHash> hashes = RandomDocuments.many(4, random::hash);
    inParallel(THREADS, () -> hashes.stream().allMatch(this::flip));
    Set<FileDocument> live = new HashSet<>();
    for (ObjectHash hash : hashes) {
      store.file(hash, Concern.LINEARIZABLE).filter(FileDocument::live).ifPresent(live::add);
    }
    List<FileDocument> listed = store.files("", "", 1000).files();
    assertThat(listed).hasSameSizeAs(live).containsExactlyInAnyOrderElementsOf(live);
  }

  /** Tries to write the next version, live or deleted, at a time and with a name of its own. */
  private boolean flip(ObjectHash hash) {
    long version = store.file(hash, Concern.LINEARIZABLE).map(FileDocument::version).orElse(0L) + 1;
    return store.compareAndSetFile(
            new FileDocument(
                hash,
                version,
                version % 3 == 0 ? FileDocument.State.DELETED : FileDocument.State.LIVE,
                1,
                "n" + version,
                version % 7,
                List.of()))
        != WriteOutcome.UNKNOWN;
  }

  @Test
  void theClusterIdIsTheSameForAllWhoAskFirst() {
    assertThat(new HashSet<>(inParallel(THREADS, store::clusterId))).hasSize(1);
  }

  @Test
  void operationsUnderWayWhenTheStoreClosesEndWithAnAnswer() {
    List<Callable<Boolean>> tasks =
        Stream.concat(
                Collections.nCopies(THREADS, (Callable<Boolean>) this::workUntilClosed).stream(),
                Stream.of(
                    () -> {
                      store.files("", "", 10);
                      store.close();
                      return true;
                    }))
            .toList();
    assertThat(inParallel(tasks)).containsOnly(true);
  }

  /** Whether the end was METADATA_UNREACHABLE. */
  private boolean workUntilClosed() {
    try {
      while (true) {
        FileDocument file = random.file();
        store.compareAndSetFile(file);
        store.file(file.hash(), Concern.MAJORITY);
        store.files("", "", 5);
      }
    } catch (MasException e) {
      return e.code() == ErrorCode.METADATA_UNREACHABLE;
    }
  }

  static <T> List<T> inParallel(int times, Callable<T> task) {
    return inParallel(Collections.nCopies(times, task));
  }

  /** All at once, each on a virtual thread, as requests are. */
  static <T> List<T> inParallel(List<Callable<T>> tasks) {
    return in(Executors.newVirtualThreadPerTaskExecutor(), tasks);
  }

  private static <T> List<T> in(ExecutorService executor, List<Callable<T>> tasks) {
    CountDownLatch start = new CountDownLatch(tasks.size());
    try (ExecutorService threads = executor) {
      List<Future<T>> results =
          tasks.stream()
              .map(
                  task ->
                      threads.submit(
                          () -> {
                            start.countDown();
                            start.await();
                            return task.call();
                          }))
              .toList();
      return results.stream().map(future -> called(future::get)).toList();
    }
  }

  private static <T> T called(Callable<T> task) {
    try {
      return task.call();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
