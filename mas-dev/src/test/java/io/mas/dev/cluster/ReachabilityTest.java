package io.mas.dev.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReachabilityTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          mongodb://h                            | h:27017
          mongodb://u:p@a:1,b:2/db?replicaSet=rs | a:1 b:2
          mongodb+srv://h/db                     |
          redis://:p%40ss@h:6380/0               | h:6380
          rediss://h                             | h:6379
          redis-sentinel://u:p@a,b:3/0#mas       | a:26379 b:3
          amqp://guest:guest@127.0.0.1:5673      | 127.0.0.1:5673
          amqps://[::1]                          | [::1]:5671
          no uri                                 |
          """)
  void serversAreFoundInUris(String uri, String servers) {
    String found =
        String.join(
            " ",
            Reachability.addresses(uri).stream()
                .map(address -> address.getHostString() + ":" + address.getPort())
                .toList());
    assertThat(found).isEqualTo(servers == null ? "" : servers);
  }

  @Test
  @Timeout(20)
  void waitsAndSaysSoUntilTheServerIsThere() throws Exception {
    List<String> said = new CopyOnWriteArrayList<>();
    CountDownLatch waiting = new CountDownLatch(1);
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    String uri = "redis://:secret@127.0.0.1:" + port;
    Thread waiter =
        Thread.ofVirtual()
            .start(
                () ->
                    Reachability.await(
                        "redis",
                        uri,
                        line -> {
                          said.add(line);
                          waiting.countDown();
                        }));
    waiting.await();
    assertThat(waiter.isAlive()).isTrue();
    try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      waiter.join();
    }
    assertThat(said).containsExactly("Waiting for redis at 127.0.0.1:%d ...".formatted(port));
  }
}
