package io.mas.api.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** Lets only the business backend pass, and bounds how often it asks for tokens. Thread-safe. */
final class Backend {
  private final SystemTokens tokens;
  private final List<RequestRate> rates;

  Backend(SystemTokens tokens, LimitsProperties limits, LongSupplier nanoTime) {
    this.tokens = tokens;
    this.rates =
        Stream.generate(() -> new RequestRate(limits.tokenRequestsPerSecond(), nanoTime))
            .limit(tokens.size())
            .toList();
  }

  /** Throws SYSTEM_TOKEN_INVALID unless the request has the secret. */
  void require(HttpServletRequest request) {
    tokens.require(request.getHeader(SystemTokens.HEADER));
  }

  /** The same for a request for a token; also throws TOO_MANY_REQUESTS. */
  void requireForToken(HttpServletRequest request) {
    rates.get(tokens.require(request.getHeader(SystemTokens.HEADER))).take();
  }
}
