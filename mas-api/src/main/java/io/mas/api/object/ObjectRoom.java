package io.mas.api.object;

import io.mas.api.block.Blocks;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.nodes.Nodes;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Puts the room together: the same way for the product, and for tests with other outsides. */
public final class ObjectRoom {
  private final Files files;
  private final Parts parts;
  private final CommitProtection protection;
  private final Collector collector;
  private final GarbageSweep sweep;
  private final Evidence evidence;

  /**
   * What the room stands on.
   *
   * @param wakeRepair called when there is something to repair
   */
  public record Outside(
      MetadataStore metadata,
      Nodes nodes,
      Blocks blocks,
      InstantSource clock,
      RandomGenerator random,
      MeterRegistry meters,
      Runnable wakeRepair) {}

  /**
   * @param rules {@link ProtocolRule#ALL}, but in the tests that show what each rule is for
   */
  public ObjectRoom(Outside outside, ObjectProperties properties, Set<ProtocolRule> rules) {
    this(outside, properties, rules, DataRule.ALL);
  }

  ObjectRoom(
      Outside outside,
      ObjectProperties properties,
      Set<ProtocolRule> rules,
      Set<DataRule> dataRules) {
    MetadataStore metadata = outside.metadata();
    Nodes nodes = outside.nodes();
    ObjectMetrics metrics = new ObjectMetrics(outside.meters());
    ShardDeleter deleter = new ShardDeleter(metadata, nodes, outside.clock(), properties);
    CommitRecords records = new CommitRecords(metadata, nodes, properties.layout().m() + 1);
    ExtentCache cache = new ExtentCache(metadata, nodes.view()::gone, outside.clock());
    this.evidence = new Evidence(outside, metrics, cache::forget, dataRules);
    BlockReader blocks =
        new BlockReader(
            nodes,
            outside.blocks(),
            BlockReader.Settings.atOnce(properties.hedgeAfter(), dataRules),
            Hedge.upTo(properties.hedgeAfter()),
            evidence);
    FileReader reader = new FileReader(blocks, outside.blocks(), dataRules);
    PartWriter writer =
        new PartWriter(
            new ExtentWriter.Context(
                nodes, metadata, deleter, metrics, outside.random(), dataRules),
            outside.blocks(),
            properties,
            outside.clock(),
            outside.random());
    Committer committer = new Committer(metadata, records, rules);
    this.parts = new Parts(writer, committer, deleter, new FreshExtents(metadata), reader);
    this.files =
        new GatewayFiles(
            metadata,
            new FileCache(metadata, outside.clock(), dataRules),
            reader,
            cache,
            records,
            new GatewayFiles.Settings(properties, outside.clock()));
    this.protection =
        new CommitProtection(metadata, nodes, outside.clock(), properties.preparedGrace(), rules);
    this.collector = new Collector(metadata, protection, deleter, metrics, rules);
    this.sweep =
        new GarbageSweep(
            metadata, collector, deleter, records, properties, outside.clock(), metrics);
  }

  public Files files() {
    return files;
  }

  public Parts parts() {
    return parts;
  }

  public CommitProtection protection() {
    return protection;
  }

  public Collector collector() {
    return collector;
  }

  public GarbageSweep sweep() {
    return sweep;
  }

  /** Marks for the repair what others than readers find missing or damaged. */
  public BlockReader.Listener evidence() {
    return evidence;
  }
}
