package io.mas.api.web;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.servlet.HandlerMapping;

/**
 * One log line and one measurement for each request. Names the endpoint by its pattern, so that
 * neither tokens nor query strings nor names are logged, and the metrics stay few.
 */
final class ExchangeLog {
  private static final Logger LOG = LoggerFactory.getLogger("io.mas.access");

  private final MeterRegistry meters;
  private final LongSupplier nanoTime;

  ExchangeLog(MeterRegistry meters, LongSupplier nanoTime) {
    this.meters = meters;
    this.nanoTime = nanoTime;
  }

  void finished(HttpServletRequest request, Exchange exchange, long start) {
    long nanos = nanoTime.getAsLong() - start;
    String endpoint = endpoint(request);
    String method = method(request);
    Timer.builder("mas.http.requests")
        .tag("endpoint", endpoint)
        .tag("method", method)
        .tag("code", String.valueOf(exchange.code()))
        .register(meters)
        .record(nanos, TimeUnit.NANOSECONDS);
    count("in", exchange.bytesIn());
    count("out", exchange.bytesOut());
    LOG.atInfo()
        .addKeyValue("requestId", exchange.id())
        .addKeyValue("method", method)
        .addKeyValue("endpoint", endpoint)
        .addKeyValue("status", exchange.status())
        .addKeyValue("code", exchange.code())
        .addKeyValue("aborted", exchange.aborted())
        .addKeyValue("bytesIn", exchange.bytesIn())
        .addKeyValue("bytesOut", exchange.bytesOut())
        .addKeyValue("millis", TimeUnit.NANOSECONDS.toMillis(nanos))
        .log("request");
  }

  private void count(String direction, long bytes) {
    meters.counter("mas.http.bytes", "direction", direction).increment((double) bytes);
  }

  private static String endpoint(HttpServletRequest request) {
    Object pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
    return pattern == null ? "none" : pattern.toString();
  }

  /** A method of HTTP, or "other": a client may send any word. */
  private static String method(HttpServletRequest request) {
    return switch (request.getMethod()) {
      case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" -> request.getMethod();
      default -> "other";
    };
  }
}
