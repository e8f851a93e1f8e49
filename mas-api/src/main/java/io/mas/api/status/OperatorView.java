package io.mas.api.status;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.ProcessDocument;
import io.mas.api.metadata.Survival;
import io.mas.api.metadata.SweepDocument;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.NodeView;
import io.mas.api.status.ClusterStatus.Unknown;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects what operators are told. A database that does not answer is a finding, not a failure:
 * the nodes are known without it. Thread-safe.
 */
public final class OperatorView {
  private static final Logger LOG = LoggerFactory.getLogger(OperatorView.class);

  /** Rounds against sweeps that change the same document. */
  private static final int MAX_ROUNDS = 20;

  private final MetadataStore metadata;
  private final NodeView view;
  private final Layout layout;
  private final Duration patience;
  private final InstantSource clock;
  private final Question<Work> repair;
  private final Question<GarbageBacklog> garbage;

  /** What the database knows of the repair, and of the layouts that files have. */
  private record Work(WorkList list, List<ProcessDocument> processes, Set<Layout> layouts) {}

  /**
   * @param layout of new files
   * @param patience how long an answer may take
   */
  OperatorView(
      MetadataStore metadata,
      NodeView view,
      Layout layout,
      Duration patience,
      InstantSource clock) {
    this.metadata = metadata;
    this.view = view;
    this.layout = layout;
    this.patience = patience;
    this.clock = clock;
    this.repair = new Question<>("repair", this::work);
    this.garbage =
        new Question<>("garbage", () -> GarbageBacklog.of(metadata, this.clock.millis()));
  }

  private Work work() {
    List<ExtentDocument> found = metadata.extentsToRepair(Long.MAX_VALUE, RepairBacklog.MOST + 1);
    int counted =
        found.size() > RepairBacklog.MOST
            ? metadata.countExtentsToRepair(layout.m(), RepairBacklog.MOST_COUNTED)
            : 0;
    return new Work(
        WorkList.of(found, counted).without(this::leftover),
        metadata.processes(),
        metadata.sweep().orElse(SweepDocument.NONE).last().layouts());
  }

  /**
   * Whether an extent cannot be read since its copies are being deleted, and no file has it: what a
   * collection leaves for a while where a node is away, or it died.
   */
  private boolean leftover(ExtentDocument extent) {
    return extent.marked()
        && extent.redundancy() < 0
        && metadata
            .file(extent.hash(), Concern.MAJORITY)
            .filter(FileDocument::live)
            .filter(file -> file.names(extent.id().part()))
            .isEmpty();
  }

  // The cluster

  /** How the cluster is now. */
  public ClusterStatus status() {
    long until = System.nanoTime() + patience.toNanos();
    var workAnswer = repair.ask();
    var garbageAnswer = garbage.ask();
    List<Unknown> unknown = new ArrayList<>();
    Work work = await(repair.name(), workAnswer, until, unknown);
    GarbageBacklog notes = await(garbage.name(), garbageAnswer, until, unknown);
    List<NodeView.Standing> nodes =
        view.standings().stream().filter(node -> !node.restored()).toList();
    long now = clock.millis();
    return new ClusterStatus(
        now,
        nodes,
        work == null ? null : mayFail(work, nodes),
        work == null ? null : RepairBacklog.of(work.list, layout.m(), work.processes, now),
        notes,
        unknown);
  }

  private <T> @Nullable T await(
      String what, CompletableFuture<Question.Answer<T>> asked, long until, List<Unknown> unknown) {
    try {
      Question.Answer<T> answer = asked.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (answer.value() == null) {
        unknown.add(new Unknown(what, answer.why()));
      }
      return answer.value();
    } catch (TimeoutException e) {
      unknown.add(
          new Unknown(
              what, "the database did not answer within %d ms".formatted(patience.toMillis())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      unknown.add(new Unknown(what, "interrupted"));
    } catch (ExecutionException e) {
      throw new IllegalStateException("an answer is a value, never an exception", e);
    }
    return null;
  }

  /**
   * Of the files that are whole the nodes tell, by the layouts that there are: files keep that of
   * their time. Of the others their own extents do.
   */
  private int mayFail(Work work, List<NodeView.Standing> nodes) {
    Set<String> serving =
        nodes.stream()
            .filter(NodeView.Standing::serves)
            .map(node -> node.member().id())
            .collect(Collectors.toSet());
    IntStream whole =
        Stream.concat(Stream.of(layout), work.layouts.stream()).mapToInt(view::mayFail);
    IntStream lacking =
        work.list.extents().stream()
            .mapToInt(extent -> Survival.mayFail(extent, serving::contains));
    return IntStream.concat(whole, lacking).min().orElseThrow();
  }

  // The collection

  /**
   * An operator says that what the collection would delete is garbage: it goes on, and its next
   * sweep is not stopped. Nothing happens if it is not stopped.
   *
   * @return whether it was stopped
   * @throws MasException METADATA_NOT_SAVED, METADATA_UNREACHABLE
   */
  public boolean confirmGarbage() {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      SweepDocument now = metadata.sweep().orElse(SweepDocument.NONE);
      if (!now.breaker().open()) {
        return round > 0 && now.breaker().confirmed(); // an answer that was lost
      }
      if (metadata.compareAndSetSweep(now.confirmed()) == WriteOutcome.APPLIED) {
        LOG.warn("an operator has confirmed the collection that was stopped: {}", now.breaker());
        return true;
      }
    }
    throw new MasException(ErrorCode.METADATA_NOT_SAVED, "the confirmation was not saved");
  }

  // A file

  /**
   * Where the shards of a file are.
   *
   * @throws io.mas.common.error.MasException NO_SUCH_FILE if there never was this file,
   *     METADATA_UNREACHABLE
   */
  public FilePlaces file(ObjectHash hash, FilePlaces.Place from) {
    return new FilePages(metadata, view.standings()).page(hash, from);
  }
}
