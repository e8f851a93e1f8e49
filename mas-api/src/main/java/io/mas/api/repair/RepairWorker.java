package io.mas.api.repair;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Turn;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.Survival;
import io.mas.api.repair.RepairPlaces.Place;
import io.mas.common.cluster.NodeDiscovery;
import io.mas.common.error.MasException;
import io.mas.common.object.ExtentId;
import io.mas.common.object.Layout;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for extents that lack something and has them repaired, the most urgent first, some at once.
 * It is called when there is evidence, and looks by itself now and then: a call may be lost. One
 * that fails is put off, longer each time, and holds up nobody. Thread-safe.
 */
public final class RepairWorker implements AutoCloseable {
  /** Extents looked at in one go; the documents of large ones are a few KB each. */
  static final int PAGE = 32;

  /**
   * Of these so many may be extents of which a block cannot be read. They come last, since hardly
   * ever anything can be done for them, and they would be the most urgent for ever.
   */
  static final int UNREADABLE = 4;

  private static final Logger LOG = LoggerFactory.getLogger(RepairWorker.class);

  /** How long a close waits for what is under way; it was told to stop. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Parts parts;
  private final RepairPlaces places;
  private final Map<ExtentId, Thread> running = new ConcurrentHashMap<>();
  private volatile boolean closed;
  private @Nullable Thread loop;
  private NodeDiscovery.@Nullable Subscription subscription;

  /** What it is made of. */
  record Parts(
      MetadataStore metadata,
      InstantSource clock,
      RepairProperties properties,
      Set<RepairRule> rules,
      Planner planner,
      Turns turns,
      Repairer repairer) {}

  RepairWorker(Parts parts) {
    this.parts = parts;
    this.places = new RepairPlaces(parts.properties.parallel());
  }

  /** Begins to look, and to listen for calls. */
  public void start(NodeDiscovery discovery) {
    subscription = discovery.onWake(this::wake);
    loop = Thread.ofVirtual().name("mas-repair-sweep").start(this::sweepUntilClosed);
  }

  /** There is something to repair. */
  void wake() {
    places.call();
  }

  private void sweepUntilClosed() {
    try {
      while (!closed) {
        boolean _ = places.heard();
        guardedSweep();
        places.awaitCall(parts.properties.sweepEvery());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void guardedSweep() throws InterruptedException {
    try {
      sweep();
    } catch (MasException e) {
      LOG.warn("repair sweep broke off: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("repair sweep broke off", e); // and goes on next time: nothing else repairs
    }
  }

  /** Begins what can be repaired now; waits for a free place, not for the last ones to end. */
  void sweep() throws InterruptedException {
    boolean more = true;
    while (more && !closed) {
      more = begin(due());
    }
  }

  private List<ExtentDocument> due() {
    long now = parts.clock.millis();
    List<ExtentDocument> due =
        new ArrayList<>(parts.metadata.extentsToRepair(0, now, PAGE - UNREADABLE));
    parts.metadata.extentsToRepair(now, PAGE - due.size()).stream()
        .filter(extent -> extent.redundancy() < 0)
        .forEach(due::add);
    if (due.size() < PAGE) {
      due.addAll(
          parts.metadata.extentsWithTurn(
              -Layout.MAX_WIDTH, now + Turn.LONGEST + 1, Turn.WAITING, PAGE - due.size()));
    }
    if (due.size() < PAGE) {
      due.addAll(parts.metadata.extentsWaiting(parts.planner.writable(), PAGE - due.size()));
    }
    return parts.rules.contains(RepairRule.URGENT_FIRST)
        ? due
        : due.stream().sorted(Comparator.comparingLong(one -> one.turn().since())).toList();
  }

  /** Whether it is worth to look again: there was more, or something more urgent may have come. */
  private boolean begin(List<ExtentDocument> due) throws InterruptedException {
    boolean settled = false;
    for (ExtentDocument extent : due) {
      if (settled && places.heard()) {
        return true;
      }
      if (!running.containsKey(extent.id())) {
        settled |= begin(extent);
      }
    }
    return settled && due.size() >= PAGE - UNREADABLE;
  }

  /** Whether it is under way, or put off: so many for which there is no place hold up nobody. */
  private boolean begin(ExtentDocument extent) throws InterruptedException {
    int writable = parts.planner.writable(); // before it is looked at: one may come meanwhile
    if (!parts.planner.possible(extent)) {
      return parts.turns.putOff(extent, writable);
    }
    Place place = places.take(extent.redundancy() >= 0 && !Survival.ofAnyNode(extent));
    if (place != Place.NONE) {
      Thread thread = Thread.ofVirtual().name("mas-repair").unstarted(() -> repair(extent, place));
      running.put(extent.id(), thread);
      thread.start();
    }
    return true;
  }

  private void repair(ExtentDocument extent, Place place) {
    boolean more = false;
    try {
      more = !closed && parts.repairer.repair(extent);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.warn("extent {} not repaired: {}", extent.id(), e.toString()); // its turn comes again
    } finally {
      running.remove(extent.id());
      places.leave(place);
    }
    if (more) {
      wake();
    }
  }

  /** Waits until nothing is under way. */
  void awaitIdle() throws InterruptedException {
    places.awaitIdle();
  }

  /** Stops; what is under way is given up, and its turn given back. */
  @Override
  public void close() {
    closed = true;
    if (subscription != null) {
      subscription.close();
    }
    try {
      if (loop != null) {
        end(List.of(loop)); // first: then no further repair begins
      }
      end(List.copyOf(running.values()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void end(List<Thread> threads) throws InterruptedException {
    threads.forEach(Thread::interrupt);
    for (Thread thread : threads) {
      if (!thread.join(PATIENCE)) {
        LOG.warn("{} does not end; what it repairs is left to its lease", thread.getName());
      }
    }
  }
}
