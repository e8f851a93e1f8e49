package io.mas.api.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.slf4j.MDC;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * The outermost filter: gives the request its id, catches what nobody else did, drops what is left
 * of the body, and tells log and metrics how it went.
 */
final class ExchangeFilter extends OncePerRequestFilter {
  static final String REQUEST_ID = "X-Request-Id";
  private static final Pattern SANE_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final int RANDOM_ID_BYTES = 16;

  private final ExchangeTools tools;
  private final RandomGenerator random;

  ExchangeFilter(ExchangeTools tools, RandomGenerator random) {
    this.tools = tools;
    this.random = random;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain) {
    long start = tools.nanoTime().getAsLong();
    var exchange = new Exchange(requestId(request), request, response, tools);
    MDC.put("requestId", exchange.id());
    try {
      prepare(request, response, exchange);
      answer(request, response, chain);
      exchange.answered(response.getStatus());
      tools.drain().finish(exchange, response);
    } finally {
      tools.log().finished(request, exchange, start);
      MDC.remove("requestId");
    }
  }

  private static void prepare(
      HttpServletRequest request, HttpServletResponse response, Exchange exchange) {
    response.setHeader(REQUEST_ID, exchange.id());
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    if (Exchange.expectsContinue(request)) {
      // Whether the body comes after an answer that did not ask for it is not to be known
      // (RFC 9110, 10.1.1), so the connection cannot be used again; taken back when it is asked.
      response.setHeader(HttpHeaders.CONNECTION, "close");
    }
  }

  private void answer(HttpServletRequest request, HttpServletResponse response, FilterChain chain) {
    try {
      chain.doFilter(request, response);
    } catch (Exception | LinkageError | OutOfMemoryError | StackOverflowError e) {
      tools.failures().answer(request, response, e);
    }
  }

  private String requestId(HttpServletRequest request) {
    String given = request.getHeader(REQUEST_ID);
    if (given != null && SANE_ID.matcher(given).matches()) {
      return given;
    }
    byte[] id = new byte[RANDOM_ID_BYTES];
    random.nextBytes(id);
    return HexFormat.of().formatHex(id);
  }
}
