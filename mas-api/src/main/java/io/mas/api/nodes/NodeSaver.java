package io.mas.api.nodes;

import io.mas.common.cluster.NodeAnnouncement;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Writes what is known of nodes on threads of its own, since the database may take seconds to
 * answer, and none to come back. One write of a node at a time; of what waits meanwhile the newest
 * is written. Thread-safe.
 */
final class NodeSaver {
  /** Writes under way: a fleet that restarts must not take all connections to the database. */
  private static final int MAX_WRITES = 16;

  private final Consumer<NodeAnnouncement> write;
  private final Semaphore permits = new Semaphore(MAX_WRITES);
  private final Map<String, Run> runs = new ConcurrentHashMap<>();

  /**
   * A saver.
   *
   * @param write writes one announcement; whatever it throws is its own to report
   */
  NodeSaver(Consumer<NodeAnnouncement> write) {
    this.write = write;
  }

  /** The writes of one node until nothing more is wanted. */
  private final class Run {
    volatile NodeAnnouncement wanted;
    final Thread thread;

    Run(NodeAnnouncement wanted) {
      this.wanted = wanted;
      this.thread = Thread.ofVirtual().name("mas-node-saver").start(this::write);
    }

    private void write() {
      boolean done = false;
      while (!done) {
        NodeAnnouncement next = wanted;
        permits.acquireUninterruptibly();
        try {
          write.accept(next);
        } finally {
          permits.release();
        }
        String node = next.identity().nodeId();
        done =
            runs.computeIfPresent(node, (_, run) -> run.wanted.equals(next) ? null : run) == null;
      }
    }
  }

  /**
   * Begins to save an announcement, after the write of its node that is under way.
   *
   * @return the thread that ends when all that is wanted of this node is saved
   */
  Thread save(NodeAnnouncement news) {
    return runs.compute(
            news.identity().nodeId(),
            (_, run) -> {
              if (run == null) {
                return new Run(news);
              }
              run.wanted = news;
              return run;
            })
        .thread;
  }

  /** Whether anything is being saved. */
  boolean busy() {
    return !runs.isEmpty();
  }

  /** Whether something of this node is being saved. */
  boolean saves(String nodeId) {
    return runs.containsKey(nodeId);
  }
}
