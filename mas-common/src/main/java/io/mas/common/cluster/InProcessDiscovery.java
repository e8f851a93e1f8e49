package io.mas.common.cluster;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Discovery among the nodes and gateways of one process: announcements are handed over on the
 * announcer's thread. Keeps nothing.
 */
public final class InProcessDiscovery implements NodeDiscovery {
  private final List<Consumer<NodeAnnouncement>> listeners = new CopyOnWriteArrayList<>();
  private final List<Runnable> answers = new CopyOnWriteArrayList<>();

  @Override
  public void announce(NodeAnnouncement announcement) {
    listeners.forEach(listener -> listener.accept(announcement));
  }

  @Override
  public Subscription listen(Consumer<NodeAnnouncement> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  @Override
  public Subscription answerWith(Runnable answer) {
    answers.add(answer);
    return () -> answers.remove(answer);
  }

  @Override
  public void ask() {
    answers.forEach(Runnable::run);
  }
}
