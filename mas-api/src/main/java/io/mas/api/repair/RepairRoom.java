package io.mas.api.repair;

import io.mas.api.object.BlockReader;
import io.mas.api.object.DataRule;
import io.mas.api.object.ObjectRoom;
import io.mas.api.object.RecordKeeper;
import java.time.Duration;
import java.util.Set;

/** Puts the room together: the same way for the product, and for tests with other outsides. */
public final class RepairRoom {
  private final RepairWorker worker;
  private final RepairNote note;

  /**
   * How it is set.
   *
   * @param hedgeAfter a shard that has not come after so long is replaced by parity
   * @param records on how many nodes the commit record of a new file is
   * @param rules {@link RepairRule#ALL}, but in the tests that show what each rule is for
   */
  public record Settings(
      RepairProperties properties, Duration hedgeAfter, int records, Set<RepairRule> rules) {}

  public RepairRoom(ObjectRoom.Outside outside, Settings settings) {
    Set<RepairRule> rules = settings.rules;
    RepairMetrics metrics = new RepairMetrics(outside.meters());
    Planner planner = new Planner(outside.nodes(), outside.random(), rules);
    Turns turns = new Turns(outside.metadata(), outside.clock(), settings.properties, rules);
    Rebuild.Context rebuilding =
        new Rebuild.Context(
            outside.nodes(),
            outside.blocks(),
            BlockReader.Settings.atOnce(settings.hedgeAfter, reading(rules)),
            new RepairRates(settings.properties, System::nanoTime),
            metrics);
    Repairer repairer =
        new Repairer(
            new Repairer.Parts(
                outside.metadata(),
                turns,
                planner,
                rebuilding,
                new Publisher(outside.metadata(), turns, planner, rules),
                new RecordKeeper(outside.metadata(), outside.nodes(), settings.records),
                outside.clock()));
    this.worker =
        new RepairWorker(
            new RepairWorker.Parts(
                outside.metadata(),
                outside.clock(),
                settings.properties,
                rules,
                planner,
                turns,
                repairer));
    this.note = new RepairNote(outside.metadata(), metrics, outside.clock());
  }

  private static Set<DataRule> reading(Set<RepairRule> rules) {
    return rules.contains(RepairRule.VERIFY_SOURCES)
        ? DataRule.ALL
        : DataRule.without(DataRule.VERIFIED);
  }

  public RepairWorker worker() {
    return worker;
  }

  public RepairNote note() {
    return note;
  }
}
