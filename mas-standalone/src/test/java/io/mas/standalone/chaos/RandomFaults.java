package io.mas.standalone.chaos;

import io.mas.standalone.chaos.Fault.Kind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Any fault of a cluster, nodes more often than all else. Used by one thread. */
final class RandomFaults implements Nemesis.FaultChoice {
  private static final List<Kind> DECK =
      Arrays.stream(Kind.values())
          .flatMap(kind -> Collections.nCopies(kind.cards(), kind).stream())
          .toList();

  /** Victims that are tried for one kind. */
  private static final int TRIES = 20;

  private static final int SHORTEST_MILLIS = 200;

  /** What crashes is mostly started again at once: half of the kills are no longer. */
  private static final int LONGEST_MILLIS_OF_RESTART = 1_000;

  /** A node is probed after 6 s of silence: some faults are shorter, some longer. */
  private static final int LONGEST_MILLIS = 10_000;

  /** A server that is away stops everything, so that nothing else is tested meanwhile. */
  private static final int LONGEST_MILLIS_OF_SERVER = 3_000;

  /** So many of 100 faults by signals are of nodes. */
  private static final int NODES_PERCENT = 60;

  private final ProcessFaults processes;
  private final LinkFaults links;
  private final DiskFaults disks;
  private final List<String> nodes;
  private final List<String> others;
  private final Queue<Kind> deck = new ArrayDeque<>();

  RandomFaults(ProcessFaults processes, LinkFaults links, DiskFaults disks) {
    this.processes = processes;
    this.links = links;
    this.disks = disks;
    this.nodes = processes.names().stream().filter(RandomFaults::isNode).toList();
    this.others = processes.names().stream().filter(name -> !isNode(name)).toList();
  }

  private static boolean isNode(String name) {
    return Harm.Part.of(name) == Harm.Part.NODE;
  }

  /** From a shuffled deck of all kinds, so that each comes. */
  @Override
  public Optional<Fault> next(Random random, Predicate<Fault> allowed) {
    if (deck.isEmpty()) {
      List<Kind> shuffled = new ArrayList<>(DECK);
      Collections.shuffle(shuffled, random);
      deck.addAll(shuffled);
    }
    Kind kind = deck.remove();
    Optional<Fault> fault =
        Stream.generate(() -> fault(kind, random)).limit(TRIES).filter(allowed).findFirst();
    if (fault.isEmpty()) {
      deck.add(kind);
    }
    return fault;
  }

  private Fault fault(Kind kind, Random random) {
    return switch (kind) {
      case KILL, STOP, HANG -> signal(kind, random);
      case CUT, REFUSE, BLACKHOLE, ONE_WAY, LATE, SLOW ->
          links.of(kind, random, length(random, LONGEST_MILLIS));
      case DAMAGE -> disks.damage(random);
      case EMPTY -> disks.empty(length(random, LONGEST_MILLIS));
    };
  }

  private Fault signal(Kind kind, Random random) {
    boolean node = random.nextInt(100) < NODES_PERCENT;
    List<String> names = node ? nodes : others;
    String name = names.get(random.nextInt(names.size()));
    int most = Harm.Part.of(name).isServer() ? LONGEST_MILLIS_OF_SERVER : LONGEST_MILLIS;
    boolean restart = kind == Kind.KILL && random.nextBoolean();
    return processes.of(kind, name, length(random, restart ? LONGEST_MILLIS_OF_RESTART : most));
  }

  private static Duration length(Random random, int most) {
    return Duration.ofMillis(random.nextInt(SHORTEST_MILLIS, most));
  }
}
