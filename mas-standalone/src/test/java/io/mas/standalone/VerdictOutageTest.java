package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.dev.cluster.DevCluster;
import io.mas.dev.server.Server;
import io.mas.standalone.SharedCluster.Running;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** That a server which hangs or is killed costs no node; an emptied one and a killed one do. */
class VerdictOutageTest {
  /** Longer than a node may be away in this cluster while one more may be lost. */
  private static final Duration OUTAGE = Duration.ofSeconds(8);

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void onlyANodeThatDoesNotAnswerIsLost() {
    try (Running running = Running.start(Scratch.QUICK_VERDICTS)) {
      DevCluster cluster = running.cluster();
      Content file = Content.random("kept", 2 << 20, 91);
      assertThat(running.through(1).single(file).ok()).isTrue();
      List<Server> servers = List.of(cluster.rabbitmq(), cluster.redis(), cluster.mongodb());
      for (Server server : servers) {
        server.suspend();
        assertNobodyIsLostFor(cluster, OUTAGE);
        server.resume();
        assertNobodyIsLostFor(cluster, OUTAGE);
      }
      servers.forEach(Server::kill);
      assertNobodyIsLostFor(cluster, OUTAGE);
      cluster.heal();
      assertNobodyIsLostFor(cluster, OUTAGE);
      Scratch.empty(cluster.nodeData(5));
      awaitStandings(cluster, 1, 6); // the one that was, and the new one in its place
      cluster.node(6).kill();
      awaitStandings(cluster, 2, 5);
      assertThat(running.through(2).download(file.hash()).is(file)).isTrue();
    }
  }

  private static void awaitStandings(DevCluster cluster, long lost, long up) {
    URI worker = cluster.worker().management();
    await()
        .atMost(PATIENCE)
        .until(() -> Health.count(worker, "LOST") == lost && Health.count(worker, "UP") == up);
  }

  private static void assertNobodyIsLostFor(DevCluster cluster, Duration time) {
    Health.assertNobodyIsLostFor(cluster.worker().management(), time);
  }
}
