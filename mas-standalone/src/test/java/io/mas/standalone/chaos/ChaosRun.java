package io.mas.standalone.chaos;

import io.mas.dev.cluster.ClusterProcess;
import io.mas.standalone.load.MixedLoad;
import io.mas.standalone.load.MixedLoad.Census;
import io.mas.standalone.load.MixedLoad.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A load and a nemesis on a cluster, then everything is healed and read. Used by one thread. */
final class ChaosRun {
  /**
   * What is down is excused for so long after its end; and that long is waited before the check.
   */
  private static final Duration RECOVERY = Duration.ofSeconds(30);

  /** Of the repair and the collection, if anything is left for them. */
  private static final Duration SETTLING = Duration.ofSeconds(10);

  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int KEPT_PERCENT = 50;

  private final ChaosCluster chaos;
  private final MixedLoad load;
  private final Nemesis nemesis;

  /** The seed is that of {@code -Dmas.seed}, if it is given; it is printed. */
  ChaosRun(ChaosCluster chaos, int clients) {
    this.chaos = chaos;
    this.load =
        new MixedLoad(Settings.of(clients, PAUSE).withRecovery(RECOVERY).withKept(KEPT_PERCENT));
    this.nemesis =
        new Nemesis(
            faults(chaos, load.seed()),
            chaos.harm(),
            load.outages(),
            load.seed(),
            ChaosCluster::log);
  }

  private static RandomFaults faults(ChaosCluster chaos, long seed) {
    int victim = 1 + new Random(seed).nextInt(ChaosCluster.NODES);
    ClusterProcess node = chaos.cluster().node(victim);
    return new RandomFaults(
        new ProcessFaults(chaos.cluster(), ChaosCluster::log),
        new LinkFaults(chaos.links()),
        new DiskFaults(node, chaos.cluster().nodeData(victim)));
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
    chaos.cluster().heal();
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

  /** Waits until the store is quiet, and reads every file through every gateway. */
  Verdict judge() throws InterruptedException {
    Thread.sleep(RECOVERY.plusSeconds(1));
    long before = load.refusals();
    Census census = load.check(chaos.clients());
    Audit audit = chaos.audit(SETTLING);
    List<String> broken = new ArrayList<>(load.brokenPromises());
    if (load.refusals() > before) { // all others are to come within a deadline, these are lost
      broken.addAll(load.violations());
    }
    broken.addAll(audit.broken());
    broken.addAll(nemesis.troubles());
    broken.addAll(chaos.ends());
    Verdict verdict = new Verdict(seed(), census, audit, broken);
    System.out.printf("%s%n%s%n%s%n%s%n", nemesis, load.report(), census, audit);
    broken.forEach(ChaosCluster::log);
    return verdict;
  }
}
