package io.mas.api.web;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * A failed request as its client is told.
 *
 * @param code of the catalogue
 * @param status the HTTP status; the code's own, but for what HTTP itself has a status of (404 for
 *     an unknown path, 405, 415)
 * @param message for a person; no token, path of the server, or class name
 * @param data for the envelope, or null
 * @param headers that belong to it, such as {@code Allow} to 405
 */
record Failure(
    ErrorCode code,
    int status,
    String message,
    @Nullable Map<String, Object> data,
    Map<String, String> headers) {

  static Failure of(MasException e) {
    String message = e.getMessage();
    return new Failure(
        e.code(),
        e.code().httpStatus(),
        message == null ? e.code().title() : message,
        e.data(),
        Map.of());
  }

  static Failure of(ErrorCode code, int status, String message) {
    return new Failure(code, status, message, null, Map.of());
  }

  Failure withHeader(String name, String value) {
    return new Failure(code, status, message, data, Map.of(name, value));
  }

  /** Seconds after which to try again, or 0 if trying again is no use. */
  int retryAfter() {
    return switch (status) {
      case 429 -> 1;
      case 503 -> 5;
      default -> 0;
    };
  }

  /** Says when to try again, if that is of use. */
  void setRetryAfter(HttpServletResponse response) {
    if (retryAfter() > 0) {
      response.setHeader(HttpHeaders.RETRY_AFTER, String.valueOf(retryAfter()));
    }
  }
}
