package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.common.error.ErrorCode;
import io.mas.dev.cluster.DevCluster;
import io.mas.dev.cluster.Together;
import io.mas.dev.server.Server;
import io.mas.standalone.MasClient.Answer;
import io.mas.standalone.SharedCluster.Running;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * RabbitMQ, Redis and the database killed at once (design.md, section 9, I7 and I9): one outage,
 * before all tests, which then look at what was seen.
 */
@ExtendWith(SharedCluster.class)
@TestInstance(Lifecycle.PER_CLASS)
class EverythingDownTest {
  private static final int MIB = 1 << 20;
  private static final Duration NORMAL = Duration.ofSeconds(30);

  /** Longer than all graces of garbage here ({@link Scratch#QUICK_GARBAGE}) together. */
  private static final Duration AWAY = Duration.ofSeconds(10);

  /** The time-outs of Redis and the database together are 5 s; the rest is for a busy machine. */
  private static final Duration BOUND = Duration.ofSeconds(20);

  private static final Set<ErrorCode> DATABASE_AWAY =
      Set.of(
          ErrorCode.METADATA_UNREACHABLE, ErrorCode.METADATA_NOT_SAVED, ErrorCode.LISTING_FAILED);

  private final DevCluster cluster;
  private final BothGateways both;
  private final MasClient first;
  private final MasClient second;

  private final Content unfinished = BothGateways.fresh(2 * MIB);
  private List<Content> files = List.of();
  private List<Path> shardsBefore = List.of();
  private List<Path> shardsAfter = List.of();
  private List<Tried> withValidTokens = List.of();
  private List<Tried> withOtherTokens = List.of();
  private List<Tried> ofTheBackend = List.of();
  private List<Tried> ofStrangers = List.of();
  private Duration normal = Duration.ZERO;

  EverythingDownTest(Running running) {
    this.cluster = running.cluster();
    this.both = new BothGateways(running);
    this.first = both.clients().getFirst();
    this.second = both.clients().getLast();
  }

  @BeforeAll
  void takeAllAway() throws Exception {
    storeFiles();
    shardsBefore = both.settledShards();
    List<EachRequest> requests =
        both.clients().stream().map(client -> EachRequest.of(client, files.getFirst())).toList();
    Together.run(servers().<Runnable>map(server -> server::kill).toList());
    long gone = System.nanoTime();
    seeWhatIsAnswered(requests);
    await().atMost(AWAY.multipliedBy(9)).until(() -> Tried.since(gone).compareTo(AWAY) > 0);
    Together.run(servers().<Runnable>map(server -> server::start).toList());
    long back = System.nanoTime();
    shardsAfter = both.shards();
    normal = both.awaitNormal(back, Duration.ofMinutes(2));
    List<Tried> all =
        Stream.of(withValidTokens, withOtherTokens, ofTheBackend, ofStrangers)
            .flatMap(List::stream)
            .toList();
    System.out.printf(
        "all three servers killed: all normal %s after their start; the slowest refusal took %s%n",
        Tried.seconds(normal), Tried.seconds(Tried.slowest(all)));
  }

  private Stream<Server> servers() {
    return Stream.of(cluster.rabbitmq(), cluster.redis(), cluster.mongodb());
  }

  private void storeFiles() throws Exception {
    files = both.store();
    Content chunked = BothGateways.fresh(3 * MIB + 1);
    assertThat(ChunkedUpload.send(second, chunked, MIB, 1)).matches(Answer::persistent);
    files.add(chunked);
    both.assertReadBack(files);
    String token = first.uploadToken(unfinished.hash());
    assertThat(first.init(token, unfinished.name())).matches(Answer::ok);
    assertThat(first.chunk(token, 1, ChunkedUpload.chunk(unfinished, MIB, 1))).matches(Answer::ok);
  }

  private void seeWhatIsAnswered(List<EachRequest> requests) {
    withValidTokens = atOnce(requests.stream().flatMap(EachRequest::needingRedis));
    String unknown = requests.getFirst().upload().replaceFirst("..$", "AA");
    withOtherTokens =
        atOnce(
            Stream.of(unknown, "no-token-of-ours", "")
                .flatMap(other -> requests.stream().map(each -> each.withTokens(other)))
                .flatMap(each -> each.ofBrowser().stream()));
    ofTheBackend = atOnce(requests.stream().flatMap(each -> each.ofFiles().stream()));
    ofStrangers =
        atOnce(
            requests.stream()
                .map(each -> each.withSystemToken("guessed"))
                .flatMap(each -> Stream.of(each.ofFiles(), each.ofTokens()))
                .flatMap(List::stream));
  }

  private static List<Tried> atOnce(Stream<Supplier<Tried>> requests) {
    return Tried.atOnce(requests.toList());
  }

  @AfterAll
  void close() {
    both.close();
  }

  @Test
  void noTokenPassesUnchecked() {
    assertThat(withValidTokens)
        .hasSize(20)
        .allMatch(tried -> tried.is(ErrorCode.TOKEN_STORE_UNREACHABLE));
    assertThat(withOtherTokens)
        .hasSize(36)
        .allMatch(
            tried ->
                tried.is(ErrorCode.TOKEN_STORE_UNREACHABLE) || tried.is(ErrorCode.TOKEN_INVALID));
  }

  @Test
  void systemTokensAreStillChecked() {
    assertThat(ofStrangers).hasSize(14).allMatch(tried -> tried.is(ErrorCode.SYSTEM_TOKEN_INVALID));
    assertThat(ofTheBackend)
        .hasSize(6)
        .allMatch(tried -> DATABASE_AWAY.stream().anyMatch(tried::is));
  }

  @Test
  void nothingHangs() {
    assertThat(withValidTokens).allMatch(EverythingDownTest::inTime);
    assertThat(withOtherTokens).allMatch(EverythingDownTest::inTime);
    assertThat(ofTheBackend).allMatch(EverythingDownTest::inTime);
    assertThat(ofStrangers).allMatch(EverythingDownTest::inTime);
  }

  private static boolean inTime(Tried tried) {
    return tried.took().compareTo(BOUND) < 0;
  }

  @Test
  void nothingIsDeletedMeanwhile() {
    assertThat(shardsBefore).isNotEmpty();
    assertThat(shardsAfter).hasSameElementsAs(shardsBefore);
  }

  /** Garbage is looked for again after the return, with graces of a second. */
  @Test
  void nothingIsDeletedAfter() {
    List<Path> after = both.settledShards();
    assertThat(after).containsAll(shardsBefore);
  }

  @Test
  void allIsNormalWithin30Seconds() {
    assertThat(normal).isLessThan(NORMAL);
  }

  @Test
  void allThatWasAcknowledgedIsThere() {
    both.assertReadBack(files);
  }

  @Test
  void anUploadGoesOn() {
    String fresh = second.uploadToken(unfinished.hash());
    assertThat(second.init(fresh, unfinished.name()).data().path("chunks").asString())
        .isEqualTo("1");
    assertThat(second.chunk(fresh, 2, ChunkedUpload.chunk(unfinished, MIB, 2))).matches(Answer::ok);
    assertThat(first.finish(fresh)).matches(Answer::persistent);
    both.assertReadBack(List.of(unfinished));
  }
}
