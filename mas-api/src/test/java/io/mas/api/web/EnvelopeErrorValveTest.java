package io.mas.api.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.http11.Http11NioProtocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class EnvelopeErrorValveTest {
  private static final String REQUEST = "GET /api/files HTTP/1.1\r\nHost: store\r\n\r\n";

  @TempDir Path directory;

  /** Begins to stop as soon as the first line of a request is read. */
  private static final class StopsMidway extends Http11NioProtocol {
    private final AtomicInteger asked = new AtomicInteger();

    @Override
    public boolean isPaused() {
      return asked.getAndIncrement() > 0;
    }
  }

  /** Tomcat reads no further then, and would blame the client for the missing Host header. */
  @Test
  void aRequestThatMeetsTheStopIsToldToTryAgain() throws Exception {
    assertThat(answer(new StopsMidway(), REQUEST))
        .startsWith("HTTP/1.1 503 ")
        .containsIgnoringCase("\r\nRetry-After: 5\r\n")
        .containsIgnoringCase("\r\nConnection: close\r\n")
        .contains("\"code\":5406")
        .contains("the gateway is starting or stopping");
  }

  @Test
  void aRequestWithoutItsHostIsRefused() throws Exception {
    assertThat(answer(new Http11NioProtocol(), "GET /api/files HTTP/1.1\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .doesNotContainIgnoringCase("\r\nRetry-After:")
        .contains("\"code\":5205")
        .contains("the request cannot be read");
  }

  private String answer(Http11NioProtocol protocol, String request)
      throws LifecycleException, IOException {
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(directory.toString());
    Connector connector = new Connector(protocol);
    connector.setPort(0);
    tomcat.setConnector(connector);
    ((StandardHost) tomcat.getHost()).setErrorReportValveClass(EnvelopeErrorValve.class.getName());
    tomcat.addContext("", directory.toString());
    tomcat.start();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      tomcat.stop();
      tomcat.destroy();
    }
  }
}
