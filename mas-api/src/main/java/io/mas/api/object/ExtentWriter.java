package io.mas.api.object;

import io.mas.api.block.BlockBuffer;
import io.mas.api.block.EncodedBlock;
import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.Nodes;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ExtentId;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import io.mas.common.protocol.InternalApi;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Stores the encoded blocks of one part as extents, on a virtual thread of its own, one step behind
 * whoever encodes them. Blocks that pile up while a batch is being forced go out together as the
 * next batch, so that slow disks get fewer and larger writes. A node that fails is replaced: the
 * extent is sealed at its last fully forced block, and the others go into a new extent elsewhere.
 *
 * <p>Closing it before {@link #finish} has returned discards all it wrote. Used by one thread.
 */
final class ExtentWriter implements AutoCloseable {
  /** Blocks of one part in memory at once. */
  static final int MAX_IN_FLIGHT = 8;

  /** Placements tried for one batch, before the write is given up. */
  private static final int MAX_PLACEMENTS = 6;

  private final Context context;
  private final ObjectHash hash;
  private final PartId part;
  private final Layout layout;

  /** The blocks on their way; empty stands behind the last. */
  private final BlockingQueue<Optional<Pending>> queue =
      new ArrayBlockingQueue<>(MAX_IN_FLIGHT + 1);

  private final Semaphore room = new Semaphore(MAX_IN_FLIGHT);

  /**
   * Nodes that failed since a batch was stored last. None of them gets the batch that failed; later
   * extents may have them again, as far as the view of the nodes says that they take writes: a
   * rolling restart meets every node once during a long upload.
   */
  private final Set<String> failedNodes = new HashSet<>();

  private final Thread sender;
  private @Nullable OpenExtent open;
  private Set<String> firstNodes = Set.of();
  private int nextOrdinal;
  private long nextOffset;
  private volatile @Nullable RuntimeException failure;
  private boolean insertUncertain;
  private boolean ended;
  private boolean finished;

  /** What every extent writer of the gateway shares. */
  record Context(
      Nodes nodes,
      MetadataStore metadata,
      ShardDeleter deleter,
      ObjectMetrics metrics,
      RandomGenerator random,
      Set<DataRule> rules) {

    /** Nodes for the commit records of a file without parts. */
    Set<String> anyNodes(Layout layout) {
      return nodes.placement().choose(layout, Set.of()).nodes().stream()
          .map(node -> node.id())
          .collect(Collectors.toSet());
    }
  }

  /**
   * A block on its way.
   *
   * @param buffer with a hold on it, to be given back when the block is stored
   * @param encoded its shards
   * @param hashed done when the digest does not hold the buffer any more
   */
  record Pending(
      BlockBuffer buffer, CompletableFuture<EncodedBlock> encoded, CompletableFuture<?> hashed) {}

  ExtentWriter(Context context, ObjectHash hash, PartId part, Layout layout) {
    this.context = context;
    this.hash = hash;
    this.part = part;
    this.layout = layout;
    this.sender = Thread.ofVirtual().name("mas-extent-writer").start(this::send);
  }

  /** Waits until one more block may be in flight. */
  void awaitRoom() throws InterruptedException {
    room.acquire();
    room.release();
  }

  /** Waits until no block is in flight. */
  void awaitIdle() throws InterruptedException {
    room.acquire(MAX_IN_FLIGHT);
    room.release(MAX_IN_FLIGHT);
  }

  /** Takes over a block that is being encoded. */
  void add(Pending pending) {
    room.acquireUninterruptibly();
    RuntimeException failed = failure;
    if (failed != null) {
      release(pending);
      throw failed;
    }
    queue.add(Optional.of(pending));
    if (failure != null) {
      drop(); // the sender has ended meanwhile and takes nothing more
    }
  }

  /** Waits until all blocks are stored and all extent documents are in force. */
  StoredPart finish(long length) throws InterruptedException {
    queue.put(Optional.empty());
    sender.join();
    requireNoFailure();
    if (nextOffset != length) {
      throw new MasException(
          ErrorCode.STORING_FAILED,
          "%d bytes of part %s are stored, expected %d".formatted(nextOffset, part, length));
    }
    finished = true;
    return new StoredPart(part, length, firstNodes);
  }

  private void send() {
    try {
      List<Pending> batch = take();
      while (!batch.isEmpty()) {
        try {
          store(batch.stream().map(ExtentWriter::encoded).toList());
        } finally {
          batch.forEach(this::release);
        }
        batch = take();
      }
      seal();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = new MasException(ErrorCode.STORING_FAILED, "interrupted while storing a part", e);
    } catch (RuntimeException e) {
      failure = e;
    } catch (Error e) {
      failure = new MasException(ErrorCode.STORING_FAILED, "storing a part broke down: " + e, e);
    } finally {
      drop();
    }
  }

  /** The next blocks, as many as are there and fit into extent and PUT; none at the end. */
  private List<Pending> take() throws InterruptedException {
    int left = ExtentDocument.MAX_BLOCKS - (open == null ? 0 : open.blocks());
    int most = Math.min(left, InternalApi.blocksOfPut(layout));
    List<Pending> batch = new ArrayList<>();
    if (!ended) {
      queue.take().ifPresentOrElse(batch::add, () -> ended = true);
    }
    while (!ended && batch.size() < most) {
      Optional<Pending> next = queue.poll();
      if (next == null) {
        break;
      }
      next.ifPresentOrElse(batch::add, () -> ended = true);
    }
    return batch;
  }

  /** Gives back what will not be stored any more. */
  private void drop() {
    List<Optional<Pending>> left = new ArrayList<>();
    queue.drainTo(left);
    for (Optional<Pending> pending : left) {
      pending.ifPresent(this::release);
    }
  }

  /** A block that is stored and waits to be hashed is still in memory: its room is not free. */
  private void release(Pending pending) {
    pending.buffer.close();
    var _ = pending.hashed.whenComplete((done, failed) -> room.release());
  }

  private static EncodedBlock encoded(Pending pending) {
    try {
      return pending.encoded.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private void store(List<EncodedBlock> blocks) {
    for (int placements = 0; placements < MAX_PLACEMENTS; placements++) {
      requireNoFailure();
      OpenExtent extent = openExtent();
      Set<String> failed = extent.put(blocks);
      if (failed.isEmpty()) {
        failedNodes.clear();
        CrashPoint.reached("part.batch-stored");
        if (extent.blocks() == ExtentDocument.MAX_BLOCKS) {
          seal();
        }
        return;
      }
      failedNodes.addAll(failed);
      context.metrics().replaced();
      seal();
    }
    throw new MasException(
        ErrorCode.RETRIES_EXHAUSTED,
        "%d nodes failed one after the other while a part was written"
            .formatted(failedNodes.size()));
  }

  /** For the sender, too: it must not store or publish what nobody waits for any more. */
  private void requireNoFailure() {
    RuntimeException failed = failure;
    if (failed != null) {
      throw failed;
    }
  }

  private OpenExtent openExtent() {
    OpenExtent extent = open;
    if (extent == null) {
      extent =
          new OpenExtent(
              context,
              new ExtentId(part, nextOrdinal),
              hash,
              context.nodes().placement().choose(layout, failedNodes),
              layout);
      open = extent;
    }
    return extent;
  }

  /**
   * Publishes the open extent with the blocks that are fully forced; discards it if there are none.
   */
  private void seal() {
    requireNoFailure();
    OpenExtent extent = open;
    if (extent == null) {
      return;
    }
    if (extent.blocks() == 0) {
      open = null;
      context.deleter().deleteCopies(extent.copies());
      return;
    }
    ExtentDocument document = extent.document(nextOffset);
    insert(document);
    open = null; // not before: until its document is there, nothing else names its copies
    CrashPoint.reached("part.extent-inserted");
    if (nextOrdinal == 0) {
      firstNodes =
          document.shards().stream().map(ExtentDocument.Shard::node).collect(Collectors.toSet());
    }
    nextOrdinal++;
    nextOffset += document.length();
  }

  private void insert(ExtentDocument document) {
    WriteOutcome outcome = context.metadata().insertExtent(document);
    if (outcome != WriteOutcome.APPLIED) {
      insertUncertain |= outcome == WriteOutcome.UNKNOWN;
      boolean mine =
          context
              .metadata()
              .extent(document.id(), Concern.LINEARIZABLE)
              .filter(document::equals)
              .isPresent();
      if (!mine) {
        throw new MasException(
            ErrorCode.METADATA_NOT_SAVED, "extent %s was not saved".formatted(document.id()));
      }
    }
  }

  @Override
  public void close() {
    if (finished) {
      return;
    }
    failure = new MasException(ErrorCode.STORING_FAILED, "the write was given up");
    drop(); // before the sender finds the end behind them
    boolean interrupted = Thread.interrupted();
    while (sender.isAlive()) {
      boolean ignored = queue.offer(Optional.empty());
      try {
        sender.join(100);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    drop();
    try {
      discard();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Deletes what was stored; a document that may still come into force is looked for later. */
  private void discard() {
    OpenExtent extent = open;
    if (extent != null) {
      context.deleter().deleteCopies(extent.copies());
    }
    context.deleter().discard(hash, new StoredPart(part, Math.max(1, nextOffset), Set.of()));
    if (insertUncertain) {
      context.deleter().leaveToCollect(hash, List.of(part));
    }
  }
}
