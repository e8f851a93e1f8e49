package io.mas.common.cluster;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Discovery among the nodes and gateways of one process: announcements are handed over on the
 * announcer's thread, so that a node that has started is known, or on that of another announcer,
 * whose own is being handed over. Keeps nothing.
 */
public final class InProcessDiscovery implements NodeDiscovery {
  private final List<Handover> listeners = new CopyOnWriteArrayList<>();
  private final List<Runnable> answers = new CopyOnWriteArrayList<>();
  private final List<Runnable> workers = new CopyOnWriteArrayList<>();

  /** Calls one listener, one announcement at a time. */
  private static final class Handover {
    private static final int MAX_WAITING = 1000;

    private final Consumer<NodeAnnouncement> listener;
    private final BlockingQueue<NodeAnnouncement> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final ReentrantLock calling = new ReentrantLock();
    private volatile boolean closed;

    Handover(Consumer<NodeAnnouncement> listener) {
      this.listener = listener;
    }

    void take(NodeAnnouncement announcement) {
      while (!waiting.offer(announcement)) {
        waiting.poll(); // the oldest is lost
      }
      while (!waiting.isEmpty() && calling.tryLock()) {
        try {
          NodeAnnouncement next = waiting.poll();
          if (next != null && !closed) {
            listener.accept(next);
          }
        } finally {
          calling.unlock();
        }
      }
    }
  }

  @Override
  public void announce(NodeAnnouncement announcement) {
    listeners.forEach(listener -> listener.take(announcement));
  }

  @Override
  public Subscription listen(Consumer<NodeAnnouncement> listener) {
    Handover handover = new Handover(listener);
    listeners.add(handover);
    return () -> {
      handover.closed = true;
      listeners.remove(handover);
    };
  }

  @Override
  public Subscription answerWith(Runnable answer) {
    return add(answers, answer);
  }

  @Override
  public void ask() {
    answers.forEach(Runnable::run);
  }

  @Override
  public Subscription onWake(Runnable worker) {
    return add(workers, worker);
  }

  @Override
  public void wakeRepair() {
    workers.forEach(Runnable::run);
  }

  private static Subscription add(List<Runnable> list, Runnable call) {
    list.add(call);
    return () -> list.remove(call);
  }
}
