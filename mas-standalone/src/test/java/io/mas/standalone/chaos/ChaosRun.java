package io.mas.standalone.chaos;

import io.mas.dev.cluster.ClusterProcess;
import io.mas.dev.options.StartProblem;
import io.mas.standalone.load.Down;
import io.mas.standalone.load.MixedLoad;
import io.mas.standalone.load.MixedLoad.Census;
import io.mas.standalone.load.MixedLoad.Settings;
import io.mas.standalone.load.Outages;
import io.mas.standalone.load.Outages.Outage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** A load and a nemesis on a cluster, then everything is healed and read. Used by one thread. */
final class ChaosRun {
  /**
   * What is down is excused for so long after its end; and that long is waited before the check.
   */
  private static final Duration RECOVERY = Duration.ofSeconds(30);

  /**
   * Of a repair and a collection that have much to do, on a machine that is busy; seconds on one
   * that is not. A worker that is killed each minute collects next to nothing, and as long as
   * garbage names a volume that was emptied, the nodes are not healthy.
   */
  private static final Duration HEALING = Duration.ofMinutes(10);

  /** Of the repair and the collection, if anything is left for them. */
  static final Duration SETTLING = Duration.ofMinutes(5);

  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** Of what is broken, so much is printed. */
  private static final int MOST_LINES = 30;

  private final ChaosCluster chaos;
  private final MixedLoad load;
  private final DiskFaults disks;
  private final Nemesis nemesis;
  private final Random random;

  /** From when on nothing is excused, by {@link System#nanoTime}; the check is not before. */
  private long normal = System.nanoTime();

  /**
   * What the clients do.
   *
   * @param changePercent so many of 100 steps change a file of their own
   * @param keptPercent so many of 100 files that are stored stay so, for the check to read
   */
  record Habits(int changePercent, int keptPercent) {}

  /** The seed is that of {@code -Dmas.seed}, if it is given; it is printed. */
  ChaosRun(ChaosCluster chaos, int clients, Habits habits) {
    this.chaos = chaos;
    this.load =
        new MixedLoad(
            Settings.of(clients, PAUSE)
                .withRecovery(RECOVERY)
                .withChanges(habits.changePercent, habits.keptPercent));
    this.random = new Random(load.seed());
    ChaosCluster.log("chaos: again with -Dmas.seed=" + load.seed());
    int victim = 1 + random.nextInt(ChaosCluster.NODES);
    ClusterProcess node = chaos.cluster().node(victim);
    ProcessFaults processes = new ProcessFaults(chaos.cluster(), ChaosCluster::log);
    this.disks =
        new DiskFaults(node, chaos.cluster().nodeData(victim), () -> processes.start(node.name()));
    this.nemesis =
        new Nemesis(
            new RandomFaults(processes, new LinkFaults(chaos.links()), disks),
            chaos.harm(),
            this::excuse,
            load.seed(),
            ChaosCluster::log);
  }

  private Outage excuse(Fault fault) {
    Outages outages = load.outages();
    return fault.excuse() == Down.GATEWAY
        ? outages.begin(Down.GATEWAY, chaos.client(fault.victim()).api())
        : outages.begin(fault.excuse());
  }

  long seed() {
    return load.seed();
  }

  Nemesis nemesis() {
    return nemesis;
  }

  MixedLoad load() {
    return load;
  }

  /** Lets the clients work while faults come and go for so long, and has all faults ended. */
  void faults(Duration time) throws Exception {
    load.during(chaos.clients(), () -> nemesis.run(time));
    normal = System.nanoTime() + RECOVERY.plusSeconds(1).toNanos();
    try {
      chaos.cluster().heal(HEALING);
    } catch (StartProblem e) {
      chaos.keep();
      throw e;
    }
  }

  /** Lets the clients work with no fault. */
  void peace(Duration time) throws Exception {
    load.during(chaos.clients(), () -> Thread.sleep(time));
  }

  /**
   * What became of it.
   *
   * @param seed of all choices
   * @param census what the clients know of their files
   * @param audit what is on the disks
   * @param broken what must not be; to be empty
   */
  record Verdict(long seed, Census census, Audit audit, List<String> broken) {}

  /**
   * Waits until the store is quiet, and reads every file through every gateway; then once more with
   * a node away, whichever it is: wherever shards had to share nodes, all survive that.
   *
   * @param settling the longest time until the disks are as the database says
   */
  Verdict judge(Duration settling) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(normal - System.nanoTime());
    List<String> broken = new ArrayList<>();
    Census census = read(broken);
    Audit audit = chaos.audit(disks.damaged(), settling);
    ClusterProcess away = away();
    ChaosCluster.log("all is read without " + away);
    away.kill();
    read(broken);
    away.start();
    broken.addAll(load.brokenPromises());
    broken.addAll(audit.broken());
    broken.addAll(nemesis.troubles());
    broken.addAll(chaos.ends());
    System.out.println(load.report());
    ChaosCluster.log("%s; %s; %s; %d broken".formatted(nemesis, census, audit, broken.size()));
    broken.stream().limit(MOST_LINES).forEach(ChaosCluster::log);
    return new Verdict(seed(), census, audit, broken);
  }

  /** The node with damage that nobody may have seen, if there is one. */
  private ClusterProcess away() {
    return chaos.cluster().nodes().stream()
        .filter(node -> chaos.harm().damaged().equals(Optional.of(node.name())))
        .findFirst()
        .orElseGet(() -> chaos.cluster().node(1 + random.nextInt(ChaosCluster.NODES)));
  }

  /** While nobody changes anything, a file that is refused is lost. */
  private Census read(List<String> broken) {
    long before = load.refusals();
    Census census = load.check(chaos.clients());
    if (load.refusals() > before) {
      broken.addAll(load.violations());
    }
    return census;
  }
}
