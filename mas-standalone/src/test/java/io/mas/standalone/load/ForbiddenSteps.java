package io.mas.standalone.load;

import io.mas.common.error.ErrorCode;
import io.mas.standalone.Content;
import io.mas.standalone.MasClient;
import io.mas.standalone.MasClient.Answer;
import io.mas.standalone.load.Requests.Expected;
import io.mas.standalone.load.Requests.Request;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What one client tries and must not be allowed. Used by one thread. */
final class ForbiddenSteps {
  private static final Expected TOKEN_INVALID = Expected.error(ErrorCode.TOKEN_INVALID);
  private static final Expected BACKEND_UNKNOWN = Expected.error(ErrorCode.SYSTEM_TOKEN_INVALID);
  private static final Expected MISMATCH = Expected.error(ErrorCode.CONTENT_MISMATCH);

  /** A token is to be used within 120 s of its creation. */
  private static final long FIRST_USE_NANOS = TimeUnit.SECONDS.toNanos(121);

  private static final int SMALL = 30_000;

  private final Requests requests;
  private final Journal journal;
  private final Random random;
  private @Nullable OldToken old;

  /** A token that was never used, and when it was asked for. */
  private record OldToken(String token, long time) {}

  ForbiddenSteps(Requests requests, Journal journal, Random random) {
    this.requests = requests;
    this.journal = journal;
    this.random = random;
  }

  private Content fresh(String name) {
    return Content.random(name, 1 + random.nextInt(SMALL), random.nextLong());
  }

  private boolean ask(
      Operation operation, Expected expected, Function<MasClient, Answer> exchange) {
    return requests.ask(operation, "a forbidden thing", expected, exchange).ok();
  }

  private void mustFail(String token) {
    ask(Operation.FORBIDDEN, TOKEN_INVALID, client -> client.init(token, "forbidden"));
  }

  private Optional<String> token(String action, Content content) {
    return requests.token(action, content.name(), content.hash(), "");
  }

  void useRevokedToken() {
    token("upload", fresh("revoked"))
        .filter(token -> ask(Operation.REVOKE, Expected.SUCCESS, client -> client.revoke(token)))
        .ifPresent(this::mustFail);
  }

  /** All tokens of a hash, but not those that are issued later. */
  void useTokensOfRevokedHash() {
    Content content = fresh("revoked hash");
    Optional<String> one = token("upload", content);
    Optional<String> two = token("upload", content);
    if (one.isPresent()
        && two.isPresent()
        && ask(Operation.REVOKE, Expected.SUCCESS, c -> c.revokeAll(content.hash()))) {
      mustFail(one.get());
      mustFail(two.get());
      token("upload", content)
          .ifPresent(
              later -> {
                ask(Operation.INIT, Expected.SUCCESS, c -> c.init(later, "later"));
                ask(Operation.ABORT, Expected.SUCCESS, c -> c.abort(later));
              });
    }
  }

  void useWrongToken() {
    switch (random.nextInt(3)) {
      case 0 -> mustFail("nonsense." + random.nextLong());
      case 1 -> token("download", fresh("wrong action")).ifPresent(this::mustFail);
      default ->
          ask(
              Operation.FORBIDDEN,
              BACKEND_UNKNOWN,
              client -> client.withSystemToken("wrong").info(fresh("nobody's").hash()));
    }
  }

  /** A token is kept unused until it must be too old. */
  void useOldToken() {
    OldToken kept = old;
    if (kept == null) {
      long time = journal.now();
      old = token("upload", fresh("too old")).map(token -> new OldToken(token, time)).orElse(null);
    } else if (journal.now() - kept.time > FIRST_USE_NANOS) {
      old = null;
      mustFail(kept.token);
    }
  }

  /** Bytes that are not those of the token's hash are discarded. */
  void uploadOtherBytes() {
    Content promised = fresh("promised");
    Content sent = Content.random("sent", promised.length(), random.nextLong());
    token("upload", promised)
        .ifPresent(
            token -> {
              Request request =
                  new Request(Operation.FORBIDDEN, promised.name(), requests.gateway(), MISMATCH);
              requests.ask(request, sent.length(), client -> client.single(token, sent));
              new ReadSteps(requests, journal, random).whole(new KnownFile(promised));
            });
  }
}
