package io.mas.standalone.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** Stands between clients and a gateway, and spoils answers: the store that breaks its promises. */
final class TamperingProxy implements AutoCloseable {
  /** What is spoilt, from when it is set on. */
  enum Fault {
    NONE,
    LOST_FILE,
    WRONG_BYTE,
    CUT_SHORT,
    DELETE_THAT_IS_NONE,
    DATABASE_GONE,
    NODES_GONE,
    UNFORESEEN,
    HANG
  }

  private static final List<String> KEPT =
      List.of("token", "systemToken", "Content-Type", "Range", "If-None-Match");

  private static final List<String> ANSWERED = List.of("Content-Type", "Retry-After");

  private final URI target;
  private final HttpServer server;
  private final HttpClient http = HttpClient.newHttpClient();
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile Fault fault = Fault.NONE;

  TamperingProxy(URI target) throws IOException {
    this.target = target;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  void set(Fault next) {
    fault = next;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      boolean delete =
          exchange.getRequestMethod().equals("DELETE")
              && exchange.getRequestURI().getPath().equals("/api/file");
      if (fault == Fault.DELETE_THAT_IS_NONE && delete) {
        answer(exchange, 200, 200);
      } else {
        spoil(exchange, forward(exchange));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private HttpResponse<byte[]> forward(HttpExchange exchange)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(target.resolve(exchange.getRequestURI()))
            .method(
                exchange.getRequestMethod(),
                BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
    for (String name : KEPT) {
      String value = exchange.getRequestHeaders().getFirst(name);
      if (value != null) {
        request.header(name, value);
      }
    }
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  private void spoil(HttpExchange exchange, HttpResponse<byte[]> response)
      throws IOException, InterruptedException {
    byte[] body = response.body();
    boolean bytes =
        exchange.getRequestURI().getPath().endsWith("/upload/download") && body.length > 1;
    if (!bytes || response.statusCode() >= 400) {
      pass(exchange, response, body, body.length);
      return;
    }
    switch (fault) {
      case NONE, DELETE_THAT_IS_NONE -> pass(exchange, response, body, body.length);
      case LOST_FILE -> answer(exchange, 404, 5407);
      case WRONG_BYTE -> {
        body[body.length / 2] ^= 1;
        pass(exchange, response, body, body.length);
      }
      case CUT_SHORT -> pass(exchange, response, body, body.length / 2);
      case DATABASE_GONE -> answer(exchange, 503, 5500);
      case NODES_GONE -> answer(exchange, 503, 5404);
      case UNFORESEEN -> answer(exchange, 500, 5001);
      case HANG -> closing.await();
    }
  }

  private static void pass(
      HttpExchange exchange, HttpResponse<byte[]> response, byte[] body, int length)
      throws IOException {
    for (String name : ANSWERED) {
      response
          .headers()
          .firstValue(name)
          .ifPresent(value -> exchange.getResponseHeaders().set(name, value));
    }
    exchange.sendResponseHeaders(response.statusCode(), body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body, 0, length);
  }

  private static void answer(HttpExchange exchange, int status, int code) throws IOException {
    byte[] body =
        "{\"status\":%s,\"code\":%d,\"msg\":\"\",\"data\":null}"
            .formatted(code == 200, code)
            .getBytes(UTF_8);
    exchange.getResponseHeaders().set("Retry-After", "5");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    http.shutdownNow();
  }
}
