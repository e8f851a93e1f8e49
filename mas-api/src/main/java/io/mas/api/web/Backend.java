package io.mas.api.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Lets only the business backend pass, and bounds how often it asks for tokens. Thread-safe. */
final class Backend {
  private final SystemTokens tokens;
  private final LimitsProperties limits;
  private final LongSupplier nanoTime;
  private final Map<String, RequestRate> rates = new ConcurrentHashMap<>();

  Backend(SystemTokens tokens, LimitsProperties limits, LongSupplier nanoTime) {
    this.tokens = tokens;
    this.limits = limits;
    this.nanoTime = nanoTime;
  }

  /** Throws SYSTEM_TOKEN_INVALID unless the request has a secret with that scope. */
  BackendCall require(HttpServletRequest request, Scope scope) {
    String id = tokens.require(request.getHeader(SystemTokens.HEADER), scope);
    return new BackendCall(id, request);
  }

  /** The same for a request for a token; also throws TOO_MANY_REQUESTS. */
  BackendCall requireForToken(HttpServletRequest request) {
    BackendCall call = require(request, Scope.TOKENS);
    rates.computeIfAbsent(call.id(), _ -> newRate()).take();
    return call;
  }

  private RequestRate newRate() {
    return new RequestRate(limits.tokenRequestsPerSecond(), nanoTime);
  }
}
