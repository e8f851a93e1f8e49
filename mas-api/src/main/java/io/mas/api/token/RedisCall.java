package io.mas.api.token;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One request to Redis, which may take several commands but has one time limit. */
final class RedisCall {
  /** Error codes of Redis by which it refuses the user, the password, or the user's rights. */
  private static final Set<String> REFUSALS = Set.of("WRONGPASS", "NOAUTH", "NOPERM");

  private static final Set<String> REDIRECTIONS = Set.of("MOVED", "ASK");

  private final long start = System.nanoTime();
  private final Duration timeout;

  RedisCall(Duration timeout) {
    this.timeout = timeout;
  }

  /**
   * Waits for an answer.
   *
   * @throws RedisException if it is an error, or there is none in time
   */
  <T> T await(CompletionStage<T> answer) {
    CompletableFuture<T> future = answer.toCompletableFuture();
    try {
      return future.get(timeout.toNanos() - (System.nanoTime() - start), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RedisException failure ? failure : new RedisException(e);
    } catch (TimeoutException _) {
      future.cancel(false);
      throw new RedisCommandTimeoutException("no answer within " + timeout);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RedisCommandInterruptedException(e);
    }
  }

  /** The failure as clients are told: no addresses, nothing that a server says but its code. */
  static MasException failure(Throwable thrown) {
    Throwable cause = root(thrown);
    if (!(cause instanceof RedisCommandExecutionException)) {
      return new MasException(
          ErrorCode.TOKEN_STORE_UNREACHABLE, "the token store does not answer, try again", thrown);
    }
    String error = code(String.valueOf(cause.getMessage()));
    if (error.equals(TokenScript.UNKNOWN_FORMAT)) {
      return new MasException(
          ErrorCode.CONFIGURATION_UNREADABLE, "the token is of a format unknown here", thrown);
    }
    boolean refused = REFUSALS.contains(error);
    return new MasException(
        refused ? ErrorCode.TOKEN_STORE_REFUSED : ErrorCode.TOKEN_STORE_UNREACHABLE,
        refused
            ? "the token store refuses this gateway: " + error
            : "the token store cannot do this now: " + error,
        thrown);
  }

  /** Whether it says that a key of a cluster is on another server. */
  static boolean moved(RedisCommandExecutionException error) {
    return REDIRECTIONS.contains(code(String.valueOf(error.getMessage())));
  }

  /** An error of Redis is a code, a space, and an explanation. */
  private static String code(String error) {
    int space = error.indexOf(' ');
    return space < 0 ? error : error.substring(0, space);
  }

  /** What is behind it; several layers of Lettuce wrap what a server has answered. */
  static Throwable root(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
