package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.common.error.ErrorCode;
import io.mas.dev.server.Server;
import io.mas.standalone.MasClient.Answer;
import io.mas.standalone.SharedCluster.Running;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The database killed and hanging: what it has acknowledged is there afterwards, nobody waits for
 * ever, and downloads of what was just read go on.
 */
@ExtendWith(SharedCluster.class)
class DatabaseOutageTest {
  private static final int MIB = 1 << 20;
  private static final Duration NORMAL = Duration.ofSeconds(30);

  /**
   * An operation of the database ends after 4 s ({@code mas.mongodb.timeout}), and no request waits
   * for a second one. The contract names no time; the rest is for a machine that is busy.
   */
  private static final Duration BOUND = Duration.ofSeconds(15);

  /** What writes and reads are told while the database is away. */
  private static final Set<ErrorCode> AWAY =
      Set.of(
          ErrorCode.METADATA_UNREACHABLE, ErrorCode.METADATA_NOT_SAVED, ErrorCode.LISTING_FAILED);

  private final Server database;
  private final BothGateways both;
  private final MasClient first;
  private final MasClient second;

  DatabaseOutageTest(Running running) {
    this.database = running.cluster().mongodb();
    this.both = new BothGateways(running);
    this.first = both.clients().getFirst();
    this.second = both.clients().getLast();
  }

  @AfterEach
  void bringBack() {
    database.resume();
    database.start();
    both.awaitNormal(System.nanoTime(), NORMAL);
    both.close();
  }

  /** How it is away. */
  enum Fault {
    KILLED,
    HANGS
  }

  private void begin(Fault fault) {
    switch (fault) {
      case KILLED -> database.kill();
      case HANGS -> database.suspend();
    }
  }

  private Duration end(Fault fault) {
    switch (fault) {
      case KILLED -> database.start();
      case HANGS -> database.resume();
    }
    return both.awaitNormal(System.nanoTime(), NORMAL);
  }

  @ParameterizedTest
  @EnumSource
  void everyRequestThatNeedsItIsRefusedInTimeAndLaterDone(Fault fault) {
    Content file = BothGateways.fresh(2 * MIB);
    List<Supplier<Tried>> requests =
        both.clients().stream()
            .map(client -> EachRequest.of(client, file))
            .flatMap(EachRequest::needingDatabase)
            .toList();
    begin(fault);
    List<Tried> refused = Tried.atOnce(requests);
    Duration normal = end(fault);
    System.out.printf(
        "database %s: requests refused in %s, all normal %s after%n",
        fault, Tried.seconds(Tried.slowest(refused)), Tried.seconds(normal));
    assertThat(refused)
        .hasSize(18)
        .allMatch(tried -> AWAY.stream().anyMatch(tried::is))
        .allMatch(Tried::retryAfter)
        .allMatch(tried -> tried.took().compareTo(BOUND) < 0);
    assertThat(first.single(file)).matches(Answer::persistent);
    both.assertReadBack(List.of(file));
  }

  @ParameterizedTest
  @EnumSource
  void whatWasReadBeforeIsStillServed(Fault fault) {
    List<Content> files = both.store();
    both.assertReadBack(files);
    List<Supplier<Tried>> downloads =
        both.clients().stream()
            .flatMap(client -> files.stream().map(file -> EachRequest.of(client, file)))
            .map(EachRequest::served)
            .toList();
    begin(fault);
    List<Tried> served = Tried.atOnce(downloads);
    end(fault);
    System.out.printf(
        "database %s: what was read before is served in %s%n",
        fault, Tried.seconds(Tried.slowest(served)));
    assertThat(served).hasSize(12).allMatch(tried -> tried.took().compareTo(BOUND) < 0);
  }

  @ParameterizedTest
  @EnumSource
  void allThatWasAcknowledgedIsThereAfter(Fault fault) throws Exception {
    List<Content> files = both.store();
    Content chunked = BothGateways.fresh(3 * MIB + 1);
    assertThat(ChunkedUpload.send(second, chunked, MIB, 1)).matches(Answer::persistent);
    Content unfinished = BothGateways.fresh(3 * MIB);
    String token = first.uploadToken(unfinished.hash());
    assertThat(first.init(token, unfinished.name())).matches(Answer::ok);
    send(first, token, unfinished, 1);
    send(second, token, unfinished, 2);
    begin(fault);
    assertThat(first.delete(files.getFirst().hash()).status()).isEqualTo(503);
    end(fault);
    both.assertReadBack(Stream.concat(files.stream(), Stream.of(chunked)).toList());
    Answer resumed = second.init(token, unfinished.name());
    assertThat(resumed.data().path("chunks").asString()).isEqualTo("1-2");
    send(second, token, unfinished, 3);
    assertThat(first.finish(token)).matches(Answer::persistent);
    both.assertReadBack(List.of(unfinished));
  }

  private static void send(MasClient client, String token, Content file, int number) {
    assertThat(client.chunk(token, number, ChunkedUpload.chunk(file, MIB, number)))
        .matches(Answer::ok);
  }

  /** Its shards are stored, and the database is away when it is to be committed. */
  @ParameterizedTest
  @EnumSource
  void anUploadThatIsCaughtByTheOutageIsRepeatedAfter(Fault fault) {
    Content file = BothGateways.fresh(4 * MIB);
    String token = first.uploadToken(file.hash());
    Content caught = file.interrupted(3L * MIB, () -> begin(fault));
    Tried refused = Tried.answer("single", () -> first.single(token, caught));
    assertThat(refused).matches(tried -> AWAY.stream().anyMatch(tried::is));
    assertThat(refused.took()).isLessThan(BOUND);
    end(fault);
    assertThat(second.single(file)).matches(Answer::persistent);
    both.assertReadBack(List.of(file));
  }

  @Test
  void aPauseOfASecondIsNotNoticed() {
    Content file = BothGateways.fresh(MIB);
    String token = first.uploadToken(file.hash());
    database.suspend();
    var stored = CompletableFuture.supplyAsync(() -> first.single(token, file));
    var info = CompletableFuture.supplyAsync(() -> second.info(file.hash()));
    await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
    database.resume();
    assertThat(stored.join()).matches(Answer::persistent);
    assertThat(info.join().status()).isIn(200, 404);
  }
}
