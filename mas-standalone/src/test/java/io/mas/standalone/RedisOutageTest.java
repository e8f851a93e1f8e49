package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.common.error.ErrorCode;
import io.mas.dev.server.RedisServer;
import io.mas.standalone.MasClient.Answer;
import io.mas.standalone.SharedCluster.Running;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Redis flushed, hanging, and killed: nothing passes without a token that was checked, nobody waits
 * for longer than a second, and what needs no temporary token goes on.
 */
@ExtendWith(SharedCluster.class)
class RedisOutageTest {
  private static final int MIB = 1 << 20;
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration NORMAL = Duration.ofSeconds(30);

  /** Outages until all answers come within a second; the machine may be busy with other things. */
  private static final int OUTAGES = 3;

  private final RedisServer redis;
  private final BothGateways both;

  RedisOutageTest(Running running) {
    this.redis = (RedisServer) running.cluster().redis();
    this.both = new BothGateways(running);
  }

  @AfterEach
  void bringBack() {
    redis.resume();
    redis.start();
    both.awaitNormal(System.nanoTime(), NORMAL);
    both.close();
  }

  @Test
  void afterAFlushANewTokenGoesOnWithTheUpload() {
    MasClient first = both.clients().getFirst();
    MasClient second = both.clients().getLast();
    Content file = BothGateways.fresh(3 * MIB);
    String token = first.uploadToken(file.hash());
    assertThat(first.init(token, file.name())).matches(Answer::ok);
    assertThat(second.chunk(token, 1, ChunkedUpload.chunk(file, MIB, 1))).matches(Answer::ok);
    assertThat(first.chunk(token, 2, ChunkedUpload.chunk(file, MIB, 2))).matches(Answer::ok);

    assertThat(redis.command("FLUSHALL")).isEqualTo("OK");
    assertThat(second.chunk(token, 3, ChunkedUpload.chunk(file, MIB, 3)))
        .extracting(Answer::status, Answer::code)
        .containsExactly(401, ErrorCode.TOKEN_INVALID.code());

    String fresh = second.uploadToken(file.hash());
    assertThat(second.init(fresh, file.name()).data().path("chunks").asString()).isEqualTo("1-2");
    assertThat(first.chunk(fresh, 3, ChunkedUpload.chunk(file, MIB, 3))).matches(Answer::ok);
    assertThat(second.finish(fresh)).matches(Answer::persistent);
    both.assertReadBack(List.of(file));
  }

  @Test
  void aFlushEndsEveryTokenAndNoFile() {
    List<Content> files = both.store();
    List<EachRequest> requests = about(files.getFirst());
    redis.command("FLUSHALL");
    assertThat(Tried.atOnce(requests.stream().flatMap(r -> r.ofBrowser().stream()).toList()))
        .hasSize(12)
        .allMatch(tried -> tried.is(ErrorCode.TOKEN_INVALID));
    both.assertReadBack(files);
  }

  @Test
  void whileRedisHangsTokensAreRefusedWithinASecond() {
    Duration slowest = slowestRefusal(redis::suspend, redis::resume);
    System.out.printf(
        "Redis hangs: every request with a token is refused in %s%n", Tried.seconds(slowest));
    assertThat(slowest).isLessThan(SECOND);
  }

  @Test
  void whileRedisIsDeadTokensAreRefusedWithinASecond() {
    Duration slowest = slowestRefusal(redis::kill, redis::start);
    System.out.printf(
        "Redis is dead: every request with a token is refused in %s%n", Tried.seconds(slowest));
    assertThat(slowest).isLessThan(SECOND);
  }

  /**
   * Has requests of each kind meet the outage at its very beginning, through both gateways.
   *
   * @return how long the slowest took in the best of a few outages
   */
  private Duration slowestRefusal(Runnable begin, Runnable end) {
    Duration best = NORMAL;
    for (int i = 0; i < OUTAGES && best.compareTo(SECOND) >= 0; i++) {
      both.awaitNormal(System.nanoTime(), NORMAL);
      List<Supplier<Tried>> requests =
          about(BothGateways.fresh(1000)).stream().flatMap(EachRequest::needingRedis).toList();
      begin.run();
      List<Tried> refused = Tried.atOnce(requests);
      end.run();
      assertThat(refused)
          .hasSize(20)
          .allMatch(tried -> tried.is(ErrorCode.TOKEN_STORE_UNREACHABLE))
          .allMatch(Tried::retryAfter);
      Duration slowest = Tried.slowest(refused);
      best = slowest.compareTo(best) < 0 ? slowest : best;
    }
    return best;
  }

  private List<EachRequest> about(Content file) {
    return both.clients().stream().map(client -> EachRequest.of(client, file)).toList();
  }

  @Test
  void whileRedisHangsABackendReadsListsAndDeletes() {
    List<Content> files = both.store();
    redis.suspend();
    for (MasClient client : both.clients()) {
      Content file = files.removeFirst();
      assertThat(client.info(file.hash())).matches(Answer::ok);
      assertThat(client.list(file.name(), "", 10).data().path("files").size()).isEqualTo(1);
      assertThat(client.signal()).hasSizeGreaterThanOrEqualTo(6);
      assertThat(client.delete(file.hash())).matches(Answer::ok);
      assertThat(client.info(file.hash()).code()).isEqualTo(ErrorCode.NO_SUCH_FILE.code());
    }
    redis.resume();
    both.awaitNormal(System.nanoTime(), NORMAL);
    both.assertReadBack(files);
  }

  @Test
  void afterAPauseAllIsNormalAgain() {
    List<Content> files = both.store();
    redis.suspend();
    assertThat(both.clients().getFirst().requestToken("upload", files.getFirst().hash(), ""))
        .matches(answer -> answer.code() == ErrorCode.TOKEN_STORE_UNREACHABLE.code());
    redis.resume();
    Duration normal = both.awaitNormal(System.nanoTime(), NORMAL);
    System.out.printf("Redis hung: all is normal %s after%n", Tried.seconds(normal));
    both.assertReadBack(files);
  }

  @Test
  void afterACrashAllIsNormalAgain() {
    List<Content> files = both.store();
    redis.kill();
    redis.start();
    Duration normal = both.awaitNormal(System.nanoTime(), NORMAL);
    System.out.printf(
        "Redis was killed: all is normal %s after its start%n", Tried.seconds(normal));
    both.assertReadBack(files);
  }
}
