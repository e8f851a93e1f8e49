package io.mas.dev;

import io.mas.dev.cluster.DevCluster;
import io.mas.dev.options.ClusterOptions;
import java.time.Duration;

/** What is printed when the cluster is ready: where it is, its secret, and a tour with curl. */
record Welcome(DevCluster cluster, ClusterOptions options) {

  /**
   * The whole text.
   *
   * @param start how long the start took
   */
  String text(Duration start) {
    return """

        MAS is ready after %.1f s: 2 gateways, a repair worker, %d storage nodes, %s, of which %d may fail.

          API          %s and %s
          health       %s/readyz (metrics: /metrics)
          systemToken  %s
          data         %s (logs: logs/)
        """
            .formatted(
                start.toMillis() / 1000.0,
                options.nodes(),
                options.erasure(),
                options.survivableFailures(),
                cluster.gateway(1).address(),
                cluster.gateway(2).address(),
                cluster.gateway(1).management(),
                cluster.systemToken(),
                options.data())
        + Tour.text(cluster.gateway(1).address(), options)
        + "\nCtrl-C stops it.";
  }
}
