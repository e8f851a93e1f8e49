package io.mas.api.web;

import io.mas.api.object.StoredFile;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.springframework.http.HttpHeaders;

/**
 * Answers a download as planned. The first block is fetched before the status is set, so that its
 * failure is answered properly; a later failure is answered too as long as nothing has left the
 * gateway, and otherwise ends the connection, never the answer. Thread-safe.
 */
final class DownloadWriter {
  private final Failures failures;

  DownloadWriter(Failures failures) {
    this.failures = failures;
  }

  void write(
      HttpServletRequest request,
      HttpServletResponse response,
      StoredFile file,
      DownloadPlan plan) {
    switch (plan) {
      case DownloadPlan.Refuse(Failure failure) -> failures.answer(request, response, failure);
      case DownloadPlan.NotModified(Map<String, String> headers) -> {
        response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
        variesByToken(response);
        headers.forEach((name, value) -> setUnlessOfBody(response, name, value));
      }
      case DownloadPlan.Send send
          when request.getMethod().equals("HEAD") || send.segments().isEmpty() ->
          begin(response, send);
      case DownloadPlan.Send send -> send(Exchange.of(request), response, file, send);
    }
  }

  /** A 304 describes the stored response, and has no body of its own (RFC 9110, 15.4.5). */
  private static void setUnlessOfBody(HttpServletResponse response, String name, String value) {
    if (!name.equals(HttpHeaders.CONTENT_TYPE) && !name.equals(HttpHeaders.CONTENT_DISPOSITION)) {
      response.setHeader(name, value);
    }
  }

  /**
   * The header {@code token} says which file is meant, at one address for all: a cache must not
   * answer with another (RFC 9111, section 4.1).
   */
  private static void variesByToken(HttpServletResponse response) {
    response.addHeader(HttpHeaders.VARY, "token");
  }

  private static void begin(HttpServletResponse response, DownloadPlan.Send send) {
    response.setStatus(send.status());
    variesByToken(response);
    send.headers().forEach(response::setHeader);
    response.setContentLengthLong(send.contentLength());
  }

  private static void send(
      Exchange exchange, HttpServletResponse response, StoredFile file, DownloadPlan.Send send) {
    try {
      boolean begun = false;
      for (DownloadPlan.Segment segment : send.segments()) {
        try (StoredFile.Reading reading = file.read(segment.range())) {
          if (!begun) {
            begin(response, send);
            begun = true;
          }
          OutputStream out = exchange.output();
          out.write(ascii(segment.head()));
          reading.copy(out);
        }
      }
      exchange.output().write(ascii(send.tail()));
      exchange.output().flush(); // else the last 16 KiB would wait until the access log is written
    } catch (IOException e) {
      throw new MasException(ErrorCode.DOWNLOAD_BROKE_OFF, "the client went away", e);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
