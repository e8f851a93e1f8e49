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
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets only so many requests be under way, and none with an encoded body: what is sent is what is
 * hashed. A request's place is free again before the rest of its body is dropped.
 */
final class AdmissionFilter extends OncePerRequestFilter {
  private static final Failure ENCODED =
      Failure.of(ErrorCode.UNREADABLE_BODY, 415, "Content-Encoding is not accepted");

  private final Failures failures;
  private final int limit;
  private final Semaphore places;

  AdmissionFilter(LimitsProperties limits, Failures failures, MeterRegistry meters) {
    this.failures = failures;
    this.limit = limits.requests();
    this.places = new Semaphore(limit);
    meters.gauge("mas.http.underway", places, p -> limit - p.availablePermits());
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (!places.tryAcquire()) {
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
      places.release();
    }
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
