package io.mas.api.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes JSON answers, each in one piece and with its length, so that a client has the whole answer
 * while the rest of its body is still being dropped. Thread-safe.
 */
final class Answers {
  private final JsonMapper json = JsonMapper.builder().build();

  /** The bytes of a value. */
  byte[] bytes(Object value) {
    return json.writeValueAsBytes(value);
  }

  /** Answers with a failure, in the form that the client accepts; the response is not committed. */
  void fail(HttpServletRequest request, HttpServletResponse response, Failure failure)
      throws IOException {
    failure.setRetryAfter(response);
    failure.headers().forEach(response::setHeader);
    response.setStatus(failure.status());
    byte[] body = describe(request, response, failure, Exchange.of(request).id());
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  /** The body that tells of a failure, in the form that the client accepts; sets its type. */
  byte[] describe(
      HttpServletRequest request, HttpServletResponse response, Failure failure, String requestId) {
    boolean problem = acceptsProblem(request);
    response.setContentType(
        problem ? MediaType.APPLICATION_PROBLEM_JSON_VALUE : MediaType.APPLICATION_JSON_VALUE);
    return bytes(problem ? problem(failure, requestId) : envelope(failure));
  }

  private static Envelope envelope(Failure failure) {
    return new Envelope(false, failure.code().code(), failure.message(), failure.data());
  }

  /** RFC 9457; the type is the default one, since {@code code} already names the problem. */
  private static Map<String, Object> problem(Failure failure, String requestId) {
    var members = new LinkedHashMap<String, Object>();
    members.put("type", "about:blank");
    members.put("title", failure.code().title());
    members.put("status", failure.status());
    members.put("detail", failure.message());
    members.put("code", failure.code().code());
    members.put("msg", failure.message());
    members.put("requestId", requestId);
    if (failure.data() != null) {
      members.put("data", failure.data());
    }
    return members;
  }

  private static boolean acceptsProblem(HttpServletRequest request) {
    String accept = request.getHeader(HttpHeaders.ACCEPT);
    if (accept == null) {
      return false;
    }
    try {
      return MediaType.parseMediaTypes(accept).stream()
          .anyMatch(
              type ->
                  type.equalsTypeAndSubtype(MediaType.APPLICATION_PROBLEM_JSON)
                      && type.getQualityValue() > 0);
    } catch (InvalidMediaTypeException e) {
      return false;
    }
  }
}
