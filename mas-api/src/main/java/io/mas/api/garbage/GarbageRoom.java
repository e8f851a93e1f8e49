package io.mas.api.garbage;

import io.mas.api.metadata.MetadataStore;
import io.mas.api.nodes.Nodes;
import io.mas.api.object.ObjectRoom;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Set;

/** Puts the room together: the same way for the product, and for tests with other outsides. */
public final class GarbageRoom {
  private final CircuitBreaker breaker;
  private final InventorySweep sweep;

  /** What the room stands on. */
  public record Outside(
      MetadataStore metadata,
      Nodes nodes,
      ObjectRoom objects,
      InstantSource clock,
      MeterRegistry meters) {}

  /**
   * @param rules {@link GarbageRule#ALL}, but in the tests that show what each rule is for
   */
  public GarbageRoom(
      Outside outside,
      GarbageProperties properties,
      BreakerProperties limits,
      Set<GarbageRule> rules) {
    MetadataStore metadata = outside.metadata();
    Nodes nodes = outside.nodes();
    SweepState state = new SweepState(metadata, outside.clock());
    Pace pace = new Pace(properties.pause(), state::goOn);
    References references = new References(metadata, rules);
    this.breaker = new CircuitBreaker(limits, state);
    InventorySweep.Looks looks =
        new InventorySweep.Looks(
            nodes.view(),
            new NodeInventory(nodes.client(), metadata, pace),
            new UnnamedParts(metadata, references, outside.objects().parts(), pace),
            outside.objects().protection(),
            references);
    InventorySweep.Deletes deletes =
        new InventorySweep.Deletes(
            new UnknownColumns(metadata, nodes, outside.objects(), references, rules),
            new UnpublishedColumns(outside, properties.attemptGrace(), rules));
    this.sweep =
        new InventorySweep(
            looks,
            deletes,
            new InventorySweep.Limits(
                properties, rules, breaker, new GarbageMetrics(outside.meters(), breaker)),
            state,
            outside.clock(),
            pace);
  }

  public InventorySweep sweep() {
    return sweep;
  }

  public CircuitBreaker breaker() {
    return breaker;
  }
}
