package io.mas.api.web;

import io.mas.common.error.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.AbstractProtocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;

/**
 * Answers in the contract's envelope what Tomcat refuses by itself: a request that is no HTTP, a
 * header that is too large, a body that timed out. Public, with this constructor, because Tomcat
 * makes it by name.
 */
public final class EnvelopeErrorValve extends ErrorReportValve {
  /** The attribute that holds a {@link Failure} which could not be written. */
  static final String FAILURE = Failure.class.getName();

  private static final Logger LOG = LoggerFactory.getLogger(EnvelopeErrorValve.class);
  private static final Answers ANSWERS = new Answers();

  @Override
  protected void report(Request request, Response response, Throwable thrown) {
    if (response.getStatus() < 400
        || response.getContentWritten() > 0
        || !response.setErrorReported()) {
      return;
    }
    Failure failure =
        request.getAttribute(FAILURE) instanceof Failure known
            ? known
            : refusal(stopping(request) ? 503 : response.getStatus());
    try {
      write(request, response, failure);
    } catch (IOException e) {
      LOG.debug("the client went away before its answer", e);
    }
  }

  /**
   * Whether it is not the request that is at fault: one that comes as the gateway begins to stop is
   * not read to its end, and Tomcat says 400 for the headers that it has not read.
   */
  private static boolean stopping(Request request) {
    return request.getConnector().getProtocolHandler() instanceof AbstractProtocol<?> protocol
        && protocol.isPaused();
  }

  private static Failure refusal(int status) {
    return switch (status) {
      case 408 ->
          Failure.of(ErrorCode.UNREADABLE_BODY, 400, "the body ended early or came too slowly");
      case 413 -> Failure.of(ErrorCode.TOO_LARGE, status, "the body is too large");
      case 500 -> Failure.of(ErrorCode.CONFIGURATION_UNREADABLE, status, "unexpected failure");
      case 503 ->
          Failure.of(ErrorCode.STORING_FAILED, status, "the gateway is starting or stopping");
      default -> Failure.of(ErrorCode.PARAMETER_MALFORMED, status, "the request cannot be read");
    };
  }

  private static String requestId(Request request, Response response) {
    String said = response.getHeader(ExchangeFilter.REQUEST_ID);
    Exchange exchange = Exchange.find(request);
    String known = exchange == null ? UUID.randomUUID().toString() : exchange.id();
    return said == null ? known : said;
  }

  private static void write(Request request, Response response, Failure failure)
      throws IOException {
    String requestId = requestId(request, response);
    response.setHeader(ExchangeFilter.REQUEST_ID, requestId);
    response.setStatus(failure.status());
    response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    failure.setRetryAfter(response);
    byte[] body = ANSWERS.describe(request, response, failure, requestId);
    String json = new String(body, StandardCharsets.UTF_8);
    var writer = response.getReporter();
    if (writer != null) {
      writer.write(json);
      response.finishResponse();
    }
  }
}
