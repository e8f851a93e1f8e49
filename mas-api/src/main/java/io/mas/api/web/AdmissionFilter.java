package io.mas.api.web;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets only so many requests be under way, and none with an encoded body: what is sent is what is
 * hashed. A request's place is free again before the rest of its body is dropped. When all places
 * are taken there are some more for backends: whoever holds the others with slow transfers must not
 * keep a backend from revoking his tokens.
 */
final class AdmissionFilter extends OncePerRequestFilter {
  private static final Failure ENCODED =
      Failure.of(ErrorCode.UNREADABLE_BODY, 415, "Content-Encoding is not accepted");

  /** What a backend asks for takes milliseconds, but for the end of an upload. */
  private static final int BACKEND_PLACES = 32;

  private final SystemTokens backends;
  private final Failures failures;
  private final int limit;
  private final Semaphore places;
  private final Semaphore backendPlaces = new Semaphore(BACKEND_PLACES);

  AdmissionFilter(
      LimitsProperties limits, SystemTokens backends, Failures failures, MeterRegistry meters) {
    this.backends = backends;
    this.failures = failures;
    this.limit = limits.requests();
    this.places = new Semaphore(limit);
    meters.gauge("mas.http.underway", this, AdmissionFilter::underWay);
  }

  private int underWay() {
    int free = places.availablePermits() + backendPlaces.availablePermits();
    return limit + BACKEND_PLACES - free;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Semaphore place = enter(request);
    if (place == null) {
      failures.answer(request, response, Failure.of(tooMany()));
      return;
    }
    try {
      if (encoded(request)) {
        failures.answer(request, response, ENCODED);
      } else {
        chain.doFilter(request, response);
      }
    } finally {
      place.release();
    }
  }

  private @Nullable Semaphore enter(HttpServletRequest request) {
    if (places.tryAcquire()) {
      return places;
    }
    boolean backend = backends.know(request.getHeader(SystemTokens.HEADER));
    return backend && backendPlaces.tryAcquire() ? backendPlaces : null;
  }

  private MasException tooMany() {
    return new MasException(
        ErrorCode.TOO_MANY_REQUESTS, "%d requests are under way here".formatted(limit));
  }

  private static boolean encoded(HttpServletRequest request) {
    String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
    return encoding != null && !encoding.equalsIgnoreCase("identity");
  }
}
