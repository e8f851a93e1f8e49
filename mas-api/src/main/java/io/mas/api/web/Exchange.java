package io.mas.api.web;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * A request under way, from its first filter to its log line: its id, its guarded body, what was
 * moved, how it ended. Used by the request's thread, but for {@link #end} and {@link #cut}.
 */
final class Exchange {
  private static final String ATTRIBUTE = Exchange.class.getName();

  private static final Set<String> STANDING_HEADERS =
      Set.of(
          ExchangeFilter.REQUEST_ID,
          "X-Content-Type-Options",
          HttpHeaders.CONNECTION,
          HttpHeaders.VARY);

  private final String id;
  private final HttpServletRequest request;
  private final HttpServletResponse response;
  private final ClientConnection connection;
  private final SocketGate gate;
  private final LimitsProperties limits;
  private final LongSupplier nanoTime;
  private @Nullable GuardedBody body;
  private @Nullable GuardedBody rest;
  private @Nullable PacedOutput output;
  private int code = Envelope.SUCCESS;
  private int status;
  private boolean aborted;
  private volatile boolean ended;

  Exchange(
      String id, HttpServletRequest request, HttpServletResponse response, ExchangeTools tools) {
    this.id = id;
    this.request = request;
    this.response = response;
    this.limits = tools.limits();
    this.nanoTime = tools.nanoTime();
    this.connection =
        request.getAttribute(ClientConnection.ATTRIBUTE) instanceof ClientConnection c
            ? c
            : ClientConnection.NONE;
    this.gate = new SocketGate(connection);
    request.setAttribute(ATTRIBUTE, this);
  }

  /** The exchange of a request that has passed {@link ExchangeFilter}. */
  static Exchange of(HttpServletRequest request) {
    return (Exchange) Objects.requireNonNull(request.getAttribute(ATTRIBUTE), "no exchange");
  }

  static @Nullable Exchange find(HttpServletRequest request) {
    return (Exchange) request.getAttribute(ATTRIBUTE);
  }

  String id() {
    return id;
  }

  /** The code that the client was told, or would have been told if it had listened. */
  int code() {
    return code;
  }

  /** The HTTP status of the answer. */
  int status() {
    return status;
  }

  /** Notes the status of an answer that is no failure. */
  void answered(int httpStatus) {
    if (code == Envelope.SUCCESS) {
      status = httpStatus;
    }
  }

  void failed(Failure failure) {
    code = failure.code().code();
    status = failure.status();
  }

  /** The request's body, which is about to be read; the same stream each time. */
  GuardedBody body() throws IOException {
    GuardedBody opened = body;
    if (opened == null) {
      if (expectsContinue(request)) {
        response.setHeader(HttpHeaders.CONNECTION, null);
      }
      InputStream raw = request.getInputStream();
      opened = new GuardedBody(raw, gate, new Pace(limits, nanoTime), this::requireLive);
      body = opened;
    }
    return opened;
  }

  /** What is left of the body after the answer, to be dropped; guarded as the body was. */
  GuardedBody rest() {
    var left =
        new GuardedBody(connection.rest(), gate, new Pace(limits, nanoTime), this::requireLive);
    rest = left;
    return left;
  }

  /** The answer's body; the same stream each time. */
  PacedOutput output() throws IOException {
    PacedOutput opened = output;
    if (opened == null) {
      OutputStream raw = response.getOutputStream();
      opened = new PacedOutput(raw, gate, new Pace(limits, nanoTime), this::requireLive);
      output = opened;
    }
    return opened;
  }

  long bytesIn() {
    return count(body) + count(rest);
  }

  private static long count(@Nullable GuardedBody part) {
    return part == null ? 0 : part.count();
  }

  long bytesOut() {
    return output == null ? 0 : output.count();
  }

  /** Whether the client has more to send than was read; false if there is no body. */
  boolean bodyPending() {
    boolean announced =
        request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
    return announced && (body == null || !body.finished());
  }

  /** Whether a client waits to be asked for its body, and nobody has asked. */
  boolean bodyNotAskedFor() {
    return expectsContinue(request) && (body == null || !body.touched());
  }

  /**
   * Forgets an answer that was begun but not sent, but for the headers that every answer carries.
   */
  void resetResponse() {
    var standing = new LinkedHashMap<String, List<String>>();
    for (String name : response.getHeaderNames()) {
      if (name.startsWith("Access-Control-") || STANDING_HEADERS.contains(name)) {
        standing.put(name, List.copyOf(response.getHeaders(name)));
      }
    }
    response.reset();
    standing.forEach((name, values) -> values.forEach(value -> response.addHeader(name, value)));
    response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    output = null;
  }

  static boolean expectsContinue(HttpServletRequest request) {
    return "100-continue".equalsIgnoreCase(request.getHeader("Expect"));
  }

  /** Whether reading on is no use: the client was too slow, went away, or lost its token. */
  boolean bodyBroken() {
    return ended || (body != null && body.broken());
  }

  void leaveBody() {
    connection.leaveBody();
  }

  /** Ends the answer so that the client sees it end too early. */
  void abort() {
    aborted = true;
    connection.abort();
  }

  boolean aborted() {
    return aborted;
  }

  /** Has the request end at its next byte, because its token is gone. Any thread. */
  void end() {
    ended = true;
  }

  /** Ends the request where it is blocked in its socket. Any thread. */
  void cut() {
    gate.cut();
  }

  private void requireLive() {
    if (ended) {
      throw new MasException(ErrorCode.TOKEN_INVALID, "the token ended while it was in use");
    }
  }
}
