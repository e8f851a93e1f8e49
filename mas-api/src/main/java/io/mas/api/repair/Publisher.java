package io.mas.api.repair;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.WriteOutcome;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes changes by compare-and-set. What others have changed meanwhile stays (evidence, marks),
 * unless they have moved a column: then the change was made for another placement and is given up.
 * So it is when they have raised the fence: then what was written for it may have been collected.
 * Thread-safe.
 */
final class Publisher {
  private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

  /** Rounds against others who change the same document. */
  private static final int ROUNDS = 20;

  private final MetadataStore metadata;
  private final Turns turns;
  private final Planner planner;
  private final Set<RepairRule> rules;

  Publisher(MetadataStore metadata, Turns turns, Planner planner, Set<RepairRule> rules) {
    this.metadata = metadata;
    this.turns = turns;
    this.planner = planner;
    this.rules = rules;
  }

  /**
   * Publishes a change.
   *
   * @param taken the document that it was made for
   */
  Publication publish(ExtentDocument taken, Change change) {
    boolean certain = true;
    ExtentDocument base = taken;
    try {
      for (int round = 0; round < ROUNDS; round++) {
        ExtentDocument next = change.of(base, turns.atOnce(base), planner);
        boolean before = certain;
        certain = !rules.contains(RepairRule.KEEP_UNCERTAIN); // until there is an answer
        WriteOutcome outcome = metadata.compareAndSetExtent(next);
        if (outcome == WriteOutcome.APPLIED) {
          return new Publication.InForce(next);
        }
        certain |= before && outcome == WriteOutcome.REFUSED;
        Optional<ExtentDocument> now = metadata.extent(taken.id(), Concern.LINEARIZABLE);
        if (now.isEmpty()) {
          return new Publication.NotInForce(true); // and none will ever have this id
        }
        if (now.filter(next::equals).isPresent() || change.namedIn(now.get())) {
          return new Publication.InForce(now.get());
        }
        if (!now.get().shards().equals(taken.shards()) || now.get().fence() != taken.fence()) {
          return new Publication.NotInForce(certain);
        }
        base = base(taken, now.get());
      }
    } catch (RuntimeException e) {
      LOG.warn("repair of extent {} not published: {}", taken.id(), e.toString());
    }
    return new Publication.NotInForce(certain);
  }

  private ExtentDocument base(ExtentDocument taken, ExtentDocument now) {
    return rules.contains(RepairRule.PUBLISH_BY_VERSION)
        ? now
        : new ExtentDocument(
            taken.id(),
            taken.hash(),
            taken.offset(),
            taken.layout(),
            now.version(),
            taken.shards(),
            taken.blocks(),
            taken.missing(),
            taken.belowIdeal(),
            taken.marked(),
            taken.turn(),
            taken.fence());
  }
}
