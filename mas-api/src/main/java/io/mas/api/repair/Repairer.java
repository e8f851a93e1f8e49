package io.mas.api.repair;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.metadata.ExtentDocument.Turn;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.Fanout;
import io.mas.api.nodes.NodeException;
import io.mas.api.nodes.ShardClient;
import io.mas.api.object.CrashPoint;
import io.mas.api.object.RecordKeeper;
import io.mas.common.protocol.NodeError;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repairs one extent: takes it, writes what can be written, publishes that, and so on until nothing
 * is left, or nothing can be done. It may die at any step: what it wrote is then an attempt that
 * nobody names, or a good block in its place. Thread-safe.
 */
final class Repairer {
  private static final Logger LOG = LoggerFactory.getLogger(Repairer.class);

  /** Changes of one extent before others have their turn. */
  private static final int ROUNDS = 5;

  /** Plans made anew since a node has refused, before others have their turn. */
  private static final int REFUSALS = 20;

  /** What a node refuses for as long as it is as it is. */
  private static final Set<NodeError> LASTING =
      Set.of(
          NodeError.READ_ONLY,
          NodeError.FULL,
          NodeError.IO_ERROR,
          NodeError.OTHER_BYTES,
          NodeError.BAD_REQUEST);

  /** Tries with a node that does not take a block now, before a column moves for it. */
  private static final int PATIENCE = 3;

  /** How long a block that cannot be read holds back a column that is gone: it may come back. */
  private static final Duration FOR_A_RETURN = Duration.ofHours(1);

  private final Parts parts;

  /** What it is made of. */
  record Parts(
      MetadataStore metadata,
      Turns turns,
      Planner planner,
      Rebuild.Context rebuilding,
      Publisher publisher,
      RecordKeeper records,
      InstantSource clock) {}

  Repairer(Parts parts) {
    this.parts = parts;
  }

  /**
   * Repairs an extent as far as possible now.
   *
   * @return whether there is more to do at once
   */
  boolean repair(ExtentDocument seen) throws InterruptedException {
    Optional<ExtentDocument> taken = parts.turns.take(seen);
    if (taken.isEmpty()) {
      return false;
    }
    CrashPoint.reached("repair.taken");
    Job job = new Job(taken.get());
    try {
      return job.run();
    } catch (InterruptedException e) {
      job.end(parts.turns.givenBack(job.extent.turn()));
      throw e;
    } catch (RuntimeException e) {
      LOG.warn("extent {} not repaired", seen.id(), e);
      job.fail();
      return false;
    }
  }

  /** What came of a plan. */
  private enum Outcome {
    /** The extent is better than before. */
    BETTER,
    /** It is not, but another plan may do. */
    REFUSED,
    /** Nothing can be done now. */
    NOTHING
  }

  /** One extent that this worker has taken. */
  private final class Job {
    private final Trouble trouble = Trouble.none();
    private final Set<Missing> found = new HashSet<>();
    private ExtentDocument extent;
    private boolean overtaken;

    Job(ExtentDocument taken) {
      this.extent = taken;
    }

    boolean run() throws InterruptedException {
      Outcome last = Outcome.BETTER;
      int better = 0;
      int refused = 0;
      while (last != Outcome.NOTHING && extent.lacking() && better < ROUNDS && refused < REFUSALS) {
        last = attempt(parts.planner.plan(extent, trouble));
        better += last == Outcome.BETTER ? 1 : 0;
        refused += last == Outcome.REFUSED ? 1 : 0;
      }
      if (last != Outcome.BETTER && !overtaken) {
        fail();
      }
      return overtaken || (last == Outcome.BETTER && extent.lacking());
    }

    private Outcome attempt(List<Patch> patches) throws InterruptedException {
      Set<Patch> unnamed = patches.stream().filter(Patch::moves).collect(Collectors.toSet());
      Rebuild rebuild = new Rebuild(parts.rebuilding, extent, patches, partly());
      try {
        rebuild.run();
        boolean learnt = learn(rebuild.refused());
        found.addAll(rebuild.found());
        Change change = new Change(rebuild.moved(), rebuild.lacking(), rebuild.mended(), found);
        if (change.isEmpty() && !parts.planner.stale(extent)) {
          return learnt ? Outcome.REFUSED : Outcome.NOTHING;
        }
        CrashPoint.reached("repair.written");
        Set<Patch> offered = unnamed.stream().filter(change::moves).collect(Collectors.toSet());
        unnamed.removeAll(offered); // from now on they may be named
        Publication publication = parts.publisher.publish(extent, change);
        unnamed.addAll(nameless(publication, offered));
        return took(publication) ? Outcome.BETTER : Outcome.NOTHING;
      } finally {
        discard(unnamed);
      }
    }

    /**
     * Columns that may move without blocks that cannot be read: those of which an hour has brought
     * nothing back. The other blocks would stay without redundancy for their sake.
     */
    private Set<Integer> partly() {
      long then = parts.clock.millis() - FOR_A_RETURN.toMillis();
      return extent.turn().tries() <= PATIENCE ? Set.of() : parts.planner.givenUp(extent, then);
    }

    /** Those of the offered patches that nobody names for certain. */
    private static Set<Patch> nameless(Publication publication, Set<Patch> offered) {
      return switch (publication) {
        case Publication.InForce named -> Set.of();
        case Publication.NotInForce(boolean certain) -> certain ? offered : Set.of();
      };
    }

    private boolean took(Publication publication) {
      switch (publication) {
        case Publication.InForce(ExtentDocument now) -> {
          CrashPoint.reached("repair.published");
          published(now);
        }
        case Publication.NotInForce lost -> overtaken = true;
      }
      return !overtaken;
    }

    /** Whether a node will say so again; one that has just started again, or is busy, will not. */
    private static boolean lasting(NodeException failure) {
      return failure.error().filter(LASTING::contains).isPresent();
    }

    /** Whether the nodes that refused make another plan. */
    private boolean learn(Map<Patch, NodeException> refused) {
      boolean more = false;
      for (Map.Entry<Patch, NodeException> one : refused.entrySet()) {
        Patch patch = one.getKey();
        boolean enough =
            patch.moves() || lasting(one.getValue()) || extent.turn().tries() > PATIENCE;
        if (enough) {
          more |= trouble.nodes().add(patch.node().id());
          more |= !patch.moves() && trouble.columns().add(patch.shard());
        }
      }
      return more;
    }

    private void published(ExtentDocument now) {
      boolean whole = now.missing().isEmpty() && !(extent.missing().isEmpty() && now.lacking());
      if (whole) {
        long since = extent.turn().since();
        parts.rebuilding.metrics().whole(since == 0 ? -1 : parts.clock.millis() - since);
      }
      LOG.info("extent {} repaired; it still lacks {}", now.id(), now.missing());
      found.clear();
      if (!now.shards().equals(extent.shards())) {
        parts.records.moved(now);
      }
      extent = now;
    }

    /** Nothing got better: others have their turn. */
    void fail() {
      parts.rebuilding.metrics().failed();
      end(parts.turns.afterFailure(extent.turn()));
    }

    /** Ends the turn, with the evidence that came up; whoever has changed it meanwhile is right. */
    void end(Turn next) {
      Change change = Change.of(found);
      Turn turn = extent.missing().isEmpty() ? next.since(parts.clock.millis()) : next;
      WriteOutcome _ = parts.metadata.compareAndSetExtent(change.of(extent, turn, parts.planner));
    }

    /** Deletes what was written and is published nowhere; what stays the inventory sweep finds. */
    private void discard(Set<Patch> patches) {
      ShardClient client = parts.rebuilding.nodes().client();
      List<NodeException> failures =
          Fanout.each(List.copyOf(patches), patch -> client.delete(patch.node(), patch.key()))
              .stream()
              .flatMap(Optional::stream)
              .toList();
      if (!failures.isEmpty()) {
        LOG.warn(
            "{} attempts of extent {} are not deleted now: {}",
            failures.size(),
            extent.id(),
            failures.getFirst().getMessage());
      }
    }
  }
}
