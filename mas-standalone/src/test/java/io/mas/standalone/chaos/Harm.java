package io.mas.standalone.chaos;

import io.mas.standalone.load.Down;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who is harmed now. Never more than the store promises to survive: whatever is lost then is a bug.
 * Thread-safe.
 */
final class Harm {
  private final int mostNodes;
  private final Set<String> harmed = new TreeSet<>();

  /** Whose volumes are damaged, for good; other faults of the same node may come. */
  private final Set<String> damaged = new TreeSet<>();

  /** What a part of the cluster is. */
  enum Part {
    NODE,
    GATEWAY,
    WORKER,
    MONGODB,
    REDIS,
    RABBITMQ;

    /** Of a process or server with this name. */
    static Part of(String name) {
      int number = name.indexOf('-');
      return valueOf((number < 0 ? name : name.substring(0, number)).toUpperCase(Locale.ROOT));
    }

    private boolean sharesLimitWith(Part other) {
      return this == other || (isServer() && other.isServer());
    }

    boolean isServer() {
      return this == MONGODB || this == REDIS || this == RABBITMQ;
    }

    /** What clients may see when it is harmed. */
    Down down() {
      return switch (this) {
        case NODE -> Down.NODE;
        case GATEWAY -> Down.GATEWAY;
        case WORKER -> Down.WORKER;
        case MONGODB -> Down.DATABASE;
        case REDIS -> Down.REDIS;
        case RABBITMQ -> Down.RABBITMQ;
      };
    }
  }

  /**
   * @param mostNodes at once: m of the layout
   */
  Harm(int mostNodes) {
    this.mostNodes = mostNodes;
  }

  /** Takes the right to this fault; false if its victim is harmed already, or too much else. */
  synchronized boolean take(Fault fault) {
    String name = fault.victim();
    Part part = Part.of(name);
    Set<String> all = new TreeSet<>(harmed);
    all.addAll(damaged);
    all.remove(name);
    long same = all.stream().map(Part::of).filter(part::sharesLimitWith).count();
    if (same >= (part == Part.NODE ? mostNodes : 1) || !harmed.add(name)) {
      return false;
    }
    if (fault.kind().damagesVolume()) {
      damaged.add(name);
    }
    return true;
  }

  /** What the fault did has ended, but for damage to a volume. */
  synchronized void release(Fault fault) {
    harmed.remove(fault.victim());
  }

  /** Whether something is done to it now. */
  synchronized boolean has(String name) {
    return harmed.contains(name);
  }

  /** The node whose volume was damaged, if there is one. */
  synchronized Optional<String> damaged() {
    return damaged.stream().findFirst();
  }

  @Override
  public synchronized String toString() {
    return "%s, damaged %s".formatted(harmed, damaged);
  }
}
