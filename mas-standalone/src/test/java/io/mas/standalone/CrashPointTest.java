package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.dev.options.DataDirectory;
import io.mas.standalone.KilledRequest.Abort;
import io.mas.standalone.KilledRequest.Chunk;
import io.mas.standalone.KilledRequest.Collection;
import io.mas.standalone.KilledRequest.Delete;
import io.mas.standalone.KilledRequest.Finish;
import io.mas.standalone.KilledRequest.Repair;
import io.mas.standalone.KilledRequest.Single;
import io.mas.standalone.KilledRequest.Visible;
import io.mas.standalone.MasClient.Answer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The store is killed with SIGKILL at each named point of its paths, always on the data that the
 * kills before have left.
 *
 * <p>To save starts, the one after a kill has the next point armed already. So the order matters:
 * what a client does to recover must not pass the next point.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(120)
class CrashPointTest {
  /** Garbage is to be collected, and a dead finish to be taken over, within a test. */
  private static final List<String> FLAGS =
      List.of(
          "-Dmas.object.collect-every=200ms",
          "-Dmas.object.delete-grace=1s",
          "-Dmas.object.orphan-grace=1s",
          "-Dmas.upload.keep-after=1s",
          "-Dmas.upload.lease=2s",
          "-Dmas.repair.sweep-every=200ms",
          "-Dmas.repair.lease=1s",
          "-XX:TieredStopAtLevel=1"); // a start takes half of the CPU time

  private static final List<Kill> KILLS =
      List.of(
          new Kill("part.batch-stored", single(1, Visible.ABSENT)),
          new Kill("chunk.stored", new Chunk(file(2), "2")),
          new Kill("delete.noted", new Delete(file(3), Visible.COMPLETE)),
          new Kill("repair.taken", repair(20, 1)),
          new Kill("part.extent-inserted", single(4, Visible.ABSENT)),
          new Kill("chunk.listed", new Chunk(file(5), "1-2")),
          new Kill("single.stored", single(6, Visible.ABSENT)),
          new Kill("finish.leased", new Finish(file(7), Visible.UNFINISHED)),
          new Kill("repair.written", repair(21, 2)),
          new Kill("part.batch-stored", new Chunk(file(8), "2")),
          new Kill("collect.marked", new Collection(file(9))),
          new Kill("commit.prepared", single(10, Visible.ABSENT)),
          new Kill("finish.verified", new Finish(file(11), Visible.UNFINISHED)),
          new Kill("part.extent-inserted", new Chunk(file(12), "2")),
          new Kill("collect.fenced", new Collection(file(13))),
          new Kill("repair.published", repair(22, 1)),
          new Kill("commit.applied", single(14, Visible.COMPLETE)),
          new Kill("collect.chunks-left", new Abort(file(15))),
          new Kill("collect.shards-deleted", new Collection(file(16))),
          new Kill("commit.prepared", new Finish(file(17), Visible.UNFINISHED)),
          new Kill("delete.applied", new Delete(file(18), Visible.ABSENT)),
          new Kill("commit.applied", new Finish(file(19), Visible.COMPLETE)));

  /** The store dies at a point of what a request leads to. */
  record Kill(String point, KilledRequest request) {
    @Override
    public String toString() {
      return request.getClass().getSimpleName() + " at " + point;
    }
  }

  private final List<Content> stored = new ArrayList<>();
  private final List<Content> deleted = new ArrayList<>();
  private final Set<Path> garbage = new HashSet<>();

  private Path data = Path.of("");
  private @Nullable StoreProcess running;
  private String armed = "";

  private static KilledRequest single(int number, Visible after) {
    return new Single(file(number), after);
  }

  private static KilledRequest repair(int number, int attempts) {
    return new Repair(file(number), attempts, new HashSet<>());
  }

  private static Content file(int number) {
    return Content.random(
        "file " + number, KilledRequest.CHUNKS * KilledRequest.CHUNK_SIZE - 1, number);
  }

  @BeforeAll
  void prepare(@TempDir Path directory) {
    data = directory;
    try (MasClient client = store("").client(data)) {
      KILLS.forEach(kill -> prepare(kill.request(), client));
    }
  }

  private void prepare(KilledRequest request, MasClient client) {
    Set<Path> before = shards();
    request.prepare(client);
    Set<Path> made = shards();
    made.removeAll(before);
    if (request instanceof Collection || request instanceof Abort) {
      garbage.addAll(made);
    } else if (request instanceof Repair repair) {
      repair.shards().addAll(made);
    }
  }

  @AfterAll
  void close() {
    if (running != null) {
      running.close();
    }
  }

  private Set<Path> shards() {
    return IntStream.rangeClosed(1, 6)
        .mapToObj(DataDirectory::nodeName)
        .flatMap(node -> Shards.of(data.resolve(node)).stream())
        .collect(HashSet::new, Set::add, Set::addAll);
  }

  @Order(1)
  @ParameterizedTest(name = "{0}")
  @MethodSource("kills")
  void whatWasAcknowledgedSurvivesAndTheClientGoesOn(Kill kill) {
    kill(kill);
    StoreProcess store = store(pointAfter(kill));
    try (MasClient client = store.client(data)) {
      stored.forEach(file -> Visible.COMPLETE.check(client, file));
      deleted.forEach(file -> Visible.ABSENT.check(client, file));
      kill.request().recover(client);
      Content file = kill.request().file();
      boolean kept = kill.request().stored();
      (kept ? Visible.COMPLETE : Visible.ABSENT).check(client, file);
      (kept ? stored : deleted).add(file);
    }
  }

  static List<Kill> kills() {
    return KILLS;
  }

  private static String pointAfter(Kill kill) {
    int next = KILLS.indexOf(kill) + 1;
    return next < KILLS.size() ? KILLS.get(next).point() : "";
  }

  /** Kills the store exactly at the point. */
  private void kill(Kill kill) {
    String marker = "MAS-CRASH-POINT " + kill.point();
    try (StoreProcess store = store(kill.point());
        MasClient client = store.client(data)) {
      // Collections run by themselves, and may be there before the request is.
      assertThat(kill.request().answered() || !store.output().contains(marker)).isTrue();
      CompletableFuture<Answer> answer =
          CompletableFuture.supplyAsync(() -> kill.request().send(client));
      if (kill.request().answered()) {
        assertThat(answer.join().ok()).isTrue();
      }
      store.await(marker::equals);
      store.kill();
      assertThat(answer.handle((response, lost) -> lost == null).join())
          .as("answered")
          .isEqualTo(kill.request().answered());
    }
  }

  @Order(2)
  @Test
  void inTheEndTheGarbageIsGoneAndNothingElse() {
    try (MasClient client = store("").client(data)) {
      assertThat(garbage).hasSize((3 + KilledRequest.CHUNKS) * 6);
      Shards.awaitGone(garbage);
      assertThat(stored).hasSize(18);
      stored.forEach(file -> Visible.COMPLETE.check(client, file));
      deleted.forEach(file -> Visible.ABSENT.check(client, file));
    }
  }

  /** The store with that point armed, started if it does not run. */
  private StoreProcess store(String point) {
    StoreProcess store = running;
    if (store == null || !store.alive() || !armed.equals(point)) {
      close();
      store = StoreProcess.start(data, flags(point));
      running = store;
      armed = point;
    }
    return store;
  }

  private static String[] flags(String point) {
    return Stream.concat(FLAGS.stream(), Stream.of("-Dmas.crash-at=" + point))
        .toArray(String[]::new);
  }
}
