package io.mas.standalone.load;

import static java.util.Objects.requireNonNull;

import io.mas.common.error.ErrorCode;
import io.mas.standalone.MasClient;
import io.mas.standalone.MasClient.Answer;
import io.mas.standalone.MasClient.Bytes;
import io.mas.standalone.MasClient.Download;
import io.mas.standalone.MasClient.HungException;
import io.mas.standalone.load.Exchange.Result;
import java.io.UncheckedIOException;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Sends the requests of one client, each through a gateway at random, and has every answer judged.
 * Thread-safe but for {@link #gateway}.
 */
final class Requests {
  /** A client that is told to come later does so. */
  private static final int MOST_TRIES = 5;

  private final Supplier<List<MasClient>> gateways;
  private final Journal journal;
  private final RandomGenerator random;

  Requests(Supplier<List<MasClient>> gateways, Journal journal, RandomGenerator random) {
    this.gateways = gateways;
    this.journal = journal;
    this.random = random;
  }

  /**
   * What came back.
   *
   * @param answer null if there was none
   */
  record Reply<T>(Exchange exchange, @Nullable T answer) {
    int code() {
      return exchange.result().code();
    }

    boolean ok() {
      return exchange.result().trouble().isEmpty() && code() == 200;
    }

    boolean is(ErrorCode error) {
      return code() == error.code();
    }

    /** The answer, which there is if there was no trouble. */
    T get() {
      return requireNonNull(answer);
    }
  }

  /** A request that is not sent yet. */
  record Request(Operation operation, String what, MasClient gateway, Expected expected) {}

  /** How an exchange may end with nothing down. */
  interface Expected {
    Expected SUCCESS = codes(200);

    boolean test(Result result);

    /** With one of these codes, 200 among them if it may succeed. */
    static Expected codes(int... codes) {
      return result ->
          result.trouble().isEmpty() && IntStream.of(codes).anyMatch(c -> c == result.code());
    }

    static Expected error(ErrorCode code) {
      return codes(code.code());
    }
  }

  /** Any gateway; by the client's own thread. */
  MasClient gateway() {
    List<MasClient> all = gateways.get();
    return all.get(random.nextInt(all.size()));
  }

  List<MasClient> gateways() {
    return gateways.get();
  }

  /** Sends a request through any gateway. */
  Reply<Answer> ask(
      Operation operation, String what, Expected expected, Function<MasClient, Answer> exchange) {
    return ask(new Request(operation, what, gateway(), expected), 0, exchange);
  }

  /**
   * Sends a request.
   *
   * @param bytes of content that it carries
   */
  Reply<Answer> ask(Request request, long bytes, Function<MasClient, Answer> exchange) {
    return send(
        request,
        exchange,
        answer ->
            new Result(answer.status(), answer.code(), retryAfter(answer.headers()), bytes, ""));
  }

  /** Sends a request for bytes. */
  Reply<Download> receive(Request request, Function<MasClient, Download> exchange) {
    return send(
        request,
        exchange,
        download ->
            download.whole()
                ? new Result(
                    download.status(),
                    download.code(),
                    retryAfter(download.headers()),
                    download.length(),
                    "")
                : Result.brokeOff(download.status()));
  }

  /** Sends a request for few bytes, which are kept. */
  Reply<Bytes> receiveBytes(Request request, Function<MasClient, Bytes> exchange) {
    return send(
        request,
        exchange,
        bytes ->
            new Result(
                bytes.status(),
                bytes.code(),
                retryAfter(bytes.headers()),
                bytes.body().length(),
                ""));
  }

  /** A token, if one is to be had now. */
  Optional<String> token(String action, String what, String hash, String more) {
    Reply<Answer> reply =
        ask(
            Operation.TOKEN,
            what,
            Expected.SUCCESS,
            client -> client.requestToken(action, hash, more));
    return reply.ok() ? Optional.of(MasClient.token(reply.get())) : Optional.empty();
  }

  private <T> Reply<T> send(
      Request request, Function<MasClient, T> exchange, Function<T, Result> result) {
    Reply<T> reply = once(request, exchange, result);
    for (int tries = 1; reply.is(ErrorCode.TOO_MANY_REQUESTS) && tries < MOST_TRIES; tries++) {
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      reply = once(request, exchange, result);
    }
    return reply;
  }

  private <T> Reply<T> once(
      Request request, Function<MasClient, T> exchange, Function<T, Result> result) {
    long start = journal.now();
    T answer = null;
    Result ended;
    try {
      answer = exchange.apply(request.gateway);
      ended = result.apply(answer);
    } catch (HungException e) {
      ended = Result.hung();
    } catch (UncheckedIOException e) {
      ended = Result.brokeOff(0);
    }
    Exchange done =
        new Exchange(
            request.operation, request.gateway.api(), request.what, start, journal.now(), ended);
    journal.note(done, request.expected.test(ended));
    return new Reply<>(done, answer);
  }

  private static boolean retryAfter(HttpHeaders headers) {
    return headers.firstValueAsLong("Retry-After").orElse(0) > 0;
  }
}
