package io.mas.node.web;

import io.mas.common.protocol.InternalApi;
import io.mas.common.protocol.NodeError;
import io.mas.node.shard.ShardStoreException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Answers every failure with the name of a {@link NodeError} and a text. When the answer has begun
 * already, the failure goes on to the server, which cuts the connection: the caller misses the rest
 * of the promised length.
 */
@RestControllerAdvice
final class Refusals {
  private static final Logger log = LoggerFactory.getLogger(Refusals.class);

  @ExceptionHandler
  void refused(ShardStoreException e, HttpServletResponse response) throws IOException {
    if (e.error().httpStatus() == NodeError.IO_ERROR.httpStatus()) {
      log.error("request failed", e);
    }
    answer(response, e.error(), e);
  }

  /** A number or id in the request that its type refuses. */
  @ExceptionHandler
  void malformed(IllegalArgumentException e, HttpServletResponse response) throws IOException {
    answer(response, NodeError.BAD_REQUEST, e);
  }

  @ExceptionHandler
  void failed(Exception e, HttpServletResponse response) throws Exception {
    if (response.isCommitted() || e instanceof IOException) {
      throw e; // the connection is broken, or has to be
    }
    boolean unknown =
        e instanceof ErrorResponse spring && spring.getStatusCode().is4xxClientError();
    if (!unknown) {
      log.error("request failed", e);
    }
    answer(response, unknown ? NodeError.BAD_REQUEST : NodeError.IO_ERROR, e);
  }

  private static void answer(HttpServletResponse response, NodeError error, RuntimeException e)
      throws IOException {
    if (response.isCommitted()) {
      throw e;
    }
    write(response, error, e.getMessage());
  }

  private static void answer(HttpServletResponse response, NodeError error, Exception e)
      throws IOException {
    write(response, error, e.getMessage());
  }

  static void write(HttpServletResponse response, NodeError error, @Nullable String message)
      throws IOException {
    response.reset();
    response.setStatus(error.httpStatus());
    response.setHeader(InternalApi.ERROR, error.name());
    response.setContentType(MediaType.TEXT_PLAIN_VALUE);
    response.setCharacterEncoding(StandardCharsets.UTF_8);
    response.getWriter().println(message == null ? error.name() : message);
  }
}
