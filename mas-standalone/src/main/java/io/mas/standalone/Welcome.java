package io.mas.standalone;

import io.mas.dev.Tour;
import io.mas.dev.options.ClusterOptions;
import java.nio.file.Path;
import java.time.Duration;

/** What is printed when the store is ready: where it is, its secret, and a tour with curl. */
final class Welcome {
  private final Cluster cluster;
  private final ClusterOptions options;

  Welcome(Cluster cluster, ClusterOptions options) {
    this.cluster = cluster;
    this.options = options;
  }

  /**
   * The whole text.
   *
   * @param start how long the start took
   */
  String text(Duration start) {
    boolean maySurviveTwo = options.survivableFailures() >= 2;
    return ready(start)
        + Tour.text(cluster.api(), options)
        + (maySurviveTwo ? loss() : "")
        + "\nCtrl-C stops it.\n";
  }

  private String ready(Duration start) {
    return """
        MAS is ready after %.1f s: %d storage nodes, %s, of which %d may fail.

          API          %s
          health       %s/readyz (metrics: /metrics)
          systemToken  %s
          data         %s (log: mas.log)
        """
        .formatted(
            start.toMillis() / 1000.0,
            options.nodes(),
            options.erasure(),
            options.survivableFailures(),
            cluster.api(),
            cluster.management(),
            cluster.systemToken(),
            options.data());
  }

  private String loss() {
    Path one = cluster.node(1).dataDirectory();
    Path other = cluster.node(2).dataDirectory();
    return """

        Then lose two nodes, and read the file again:

          rm -rf '%s'/* '%s'/*
          curl -sS -H "token: $(token download)" -o again.txt "$MAS/api/file/upload/download"
          cmp numbers.txt again.txt && echo "still the same bytes"
        """
        .formatted(one, other);
  }
}
