package io.mas.api.web;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.web.HttpMediaTypeException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.ServletRequestBindingException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.NoHandlerFoundException;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/**
 * The one place where whatever was thrown becomes an answer of the catalogue. An answer that has
 * begun is aborted instead. Nothing of an unforeseen exception reaches the client; the log has it
 * under the request's id. Thread-safe.
 */
@RestControllerAdvice
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private final Answers answers;

  Failures(Answers answers) {
    this.answers = answers;
  }

  @ExceptionHandler(Throwable.class)
  void handle(HttpServletRequest request, HttpServletResponse response, Throwable thrown)
      throws Throwable {
    if (Exchange.find(request) == null) {
      // A request of the management port, whose context is a child of this one.
      throw thrown;
    }
    answer(request, response, thrown);
  }

  /** Answers, or aborts what was begun. Never throws. */
  void answer(HttpServletRequest request, HttpServletResponse response, Throwable thrown) {
    Failure failure = failure(thrown);
    log(failure, thrown);
    answer(request, response, failure);
  }

  /** Answers, or aborts what was begun. Never throws. */
  void answer(HttpServletRequest request, HttpServletResponse response, Failure failure) {
    Exchange exchange = Exchange.of(request);
    exchange.failed(failure);
    request.setAttribute(EnvelopeErrorValve.FAILURE, failure);
    if (response.isCommitted()) {
      abortUnlessTomcatAnswers(exchange);
      return;
    }
    try {
      exchange.resetResponse();
      answers.fail(request, response, failure);
    } catch (IOException | IllegalStateException e) {
      LOG.debug("the client went away before its answer", e);
      exchange.abort();
    }
  }

  /**
   * A response counts as committed, too, when Tomcat has taken it over because the body could not
   * be read; it then answers through {@link EnvelopeErrorValve}, or closes what was begun. Bytes of
   * an answer that have left are no such case, though its token may have ended.
   */
  private static void abortUnlessTomcatAnswers(Exchange exchange) {
    if (!exchange.bodyBroken() || exchange.bytesOut() > 0) {
      exchange.abort();
    }
  }

  private static void log(Failure failure, Throwable thrown) {
    if (failure.status() == 500) {
      LOG.error("request failed, answered {}", failure.code().code(), thrown);
    } else if (failure.retryAfter() > 1) {
      LOG.warn("request failed, answered {}: {}", failure.code().code(), failure.message());
    }
    LOG.debug("answered {}", failure.code().code(), thrown);
  }

  static Failure failure(Throwable thrown) {
    Failure known = known(thrown);
    if (known != null) {
      return known;
    }
    Throwable cause = thrown.getCause();
    Failure below = cause == null ? null : known(cause);
    return below != null
        ? below
        : Failure.of(
            ErrorCode.CONFIGURATION_UNREADABLE,
            500,
            "unexpected failure; the log has it under this request's id");
  }

  private static @Nullable Failure known(Throwable thrown) {
    return switch (thrown) {
      case MasException e -> Failure.of(e);
      case NoHandlerFoundException _, NoResourceFoundException _ ->
          Failure.of(ErrorCode.PARAMETER_MALFORMED, 404, "no such path");
      case HttpRequestMethodNotSupportedException e -> methodNotAllowed(e);
      case HttpMediaTypeException _ ->
          Failure.of(ErrorCode.UNREADABLE_BODY, 415, "this content type is not accepted here");
      case ServletRequestBindingException _ -> badParameter();
      case IllegalStateException e when fromTomcatParameters(e) -> badParameter();
      case OutOfMemoryError _ ->
          Failure.of(ErrorCode.STORING_FAILED, 503, "memory is short, try again");
      case IOException _ ->
          Failure.of(ErrorCode.UNREADABLE_BODY, 400, "the body ended early or came too slowly");
      default -> null;
    };
  }

  /** Tomcat's InvalidParameterException: a query string that cannot be decoded, or is too long. */
  private static boolean fromTomcatParameters(IllegalStateException e) {
    return e.getClass().getName().startsWith("org.apache.tomcat.util.http.");
  }

  private static Failure badParameter() {
    return Failure.of(ErrorCode.PARAMETER_MALFORMED, 400, "the parameters cannot be read");
  }

  private static Failure methodNotAllowed(HttpRequestMethodNotSupportedException e) {
    String[] supported = e.getSupportedMethods();
    String allow = supported == null ? "" : String.join(", ", supported);
    return Failure.of(
            ErrorCode.PARAMETER_MALFORMED, 405, "method not allowed here, expected " + allow)
        .withHeader(HttpHeaders.ALLOW, allow);
  }
}
