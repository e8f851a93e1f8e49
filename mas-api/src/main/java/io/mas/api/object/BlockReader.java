package io.mas.api.object;

import io.mas.api.block.BlockBuffer;
import io.mas.api.block.Blocks;
import io.mas.api.block.Checksum;
import io.mas.api.block.EncodedBlock;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.nodes.Member;
import io.mas.api.nodes.NodeException;
import io.mas.api.nodes.Nodes;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.BlockEntry;
import io.mas.common.protocol.Priority;
import io.mas.common.protocol.ShardFrame;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Fetches blocks from any k of their k+m shards: the data shards first, parity at once for one that
 * is missing, damaged, or late, and sometimes one more than k ({@link Hedge}). What it returns has
 * passed the block's checksum. Thread-safe.
 */
public final class BlockReader {
  private final Nodes nodes;
  private final Blocks blocks;
  private final Settings settings;
  private final Listener listener;
  private final Hedge hedge;

  /**
   * How it reads.
   *
   * @param hedgeAfter a shard that has not come after so long is replaced by parity, and its node
   *     is probed
   * @param together so many shards are asked for at once, and those that replace late ones
   * @param priority at the nodes
   * @param rules {@link DataRule#ALL}, but in the tests that show what each rule is for
   */
  public record Settings(
      Duration hedgeAfter, int together, Priority priority, Set<DataRule> rules) {
    /** For somebody who waits: all k at once. */
    public static Settings atOnce(Duration hedgeAfter, Set<DataRule> rules) {
      return new Settings(hedgeAfter, Integer.MAX_VALUE, Priority.NORMAL, rules);
    }

    /** The same for nobody who waits: a shard after the other, so that it keeps one core busy. */
    public Settings inBackground() {
      return new Settings(hedgeAfter, 1, Priority.BACKGROUND, rules);
    }

    private boolean keep(DataRule rule) {
      return rules.contains(rule);
    }
  }

  /** Hears what reads come upon. */
  public interface Listener {

    /** Evidence: these shards are missing or damaged; may be empty. */
    void missing(ExtentDocument extent, Set<Missing> found);

    /** A block was read with parity, since a shard is missing or late. */
    default void degraded() {}

    /** One shard more than needed was asked for, since the others took longer than usual. */
    default void hedged() {}

    /** A node will be asked for a shard of each of these blocks as soon as this returns. */
    default void asking(BlockRun blocks) throws InterruptedException {}

    /** A node has sent so many bytes of a shard. */
    default void received(String node, int bytes) {}
  }

  /**
   * @param hedge shared by all that one process reads for those who wait
   * @param listener called by whoever reads, one at a time for each run
   */
  public BlockReader(
      Nodes nodes, Blocks blocks, Settings settings, Hedge hedge, Listener listener) {
    this.nodes = nodes;
    this.blocks = blocks;
    this.settings = settings;
    this.listener = listener;
    this.hedge = hedge;
  }

  /**
   * Reads block {@code number} of an extent into {@code buffer}.
   *
   * @return the raw block, in the buffer
   * @throws MasException TOO_FEW_SHARDS, or DECOMPRESSION_FAILED
   */
  public MemorySegment read(ExtentDocument extent, int number, BlockBuffer buffer)
      throws InterruptedException {
    BlockRun run = new BlockRun(extent, number, List.of(buffer));
    boolean[] present = fetch(run);
    return compute(() -> decode(run, 0, present));
  }

  /**
   * Reads consecutive blocks into their buffers and codes what was stored again. All of them come
   * from the same k nodes, each of which is asked once.
   *
   * @param wanted numbers of the shards to code
   * @return these shards of each block, in its buffer
   * @throws MasException TOO_FEW_SHARDS if fewer than k nodes have all of the blocks, whatever can
   *     be read of each, or DECOMPRESSION_FAILED
   */
  public List<EncodedBlock> readShards(BlockRun run, Set<Integer> wanted)
      throws InterruptedException {
    boolean[] present = fetch(run);
    return compute(
        () ->
            IntStream.range(0, run.size()).mapToObj(i -> again(run, i, present, wanted)).toList());
  }

  private EncodedBlock again(BlockRun run, int index, boolean[] present, Set<Integer> wanted) {
    MemorySegment _ = decode(run, index, present);
    return blocks.codec().encodeAgain(run.buffer(index), run.entry(index), wanted);
  }

  /**
   * Whether a node has given the shard of this block, and no byte of it has changed.
   *
   * @param shard what came with the frame, of the length that the block's shards have
   */
  public static boolean intact(ShardFrame frame, BlockEntry block, MemorySegment shard) {
    return frame.status() == ShardFrame.Status.OK
        && frame.entry().equals(block)
        && Checksum.crc32c(shard) == frame.payloadCrc();
  }

  private boolean[] fetch(BlockRun run) throws InterruptedException {
    Fetch fetch = new Fetch(run);
    boolean[] present = fetch.race();
    long replaced = IntStream.range(0, run.layout().k()).filter(i -> !present[i]).count();
    if (replaced > (fetch.hedged ? 1 : 0)) {
      listener.degraded();
    }
    return present;
  }

  private MemorySegment decode(BlockRun run, int index, boolean[] present) {
    BlockBuffer buffer = run.buffer(index);
    return settings.keep(DataRule.VERIFIED)
        ? blocks.codec().decode(buffer, run.entry(index), present)
        : blocks.codec().join(buffer, run.entry(index), present);
  }

  private <T> T compute(Callable<T> work) {
    try {
      return blocks.cpu().submit(work).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /** What became of one shard: a frame for each block, its bytes in place, or a failure. */
  private record Done(int shard, List<ShardFrame> frames, @Nullable NodeException failure) {}

  /** The race for the shards of some blocks. */
  private final class Fetch {
    private final BlockRun run;
    private final ExtentDocument extent;
    private final Deque<Integer> candidates;
    private final BlockingQueue<Done> done = new LinkedBlockingQueue<>();
    private final List<Thread> running = new ArrayList<>();

    /** Shards that were asked for and have not come. */
    private final Set<Integer> open = new HashSet<>();

    /** Of these, when each that is not replaced yet will be late, by {@link System#nanoTime}. */
    private final Map<Integer, Long> due = new LinkedHashMap<>();

    private final Set<Missing> found = new HashSet<>();
    private final boolean[] present;

    private final long begin = System.nanoTime();

    /** When it takes longer than usual, by {@link System#nanoTime}. */
    private final long unusual = begin + hedge.nanos();

    /** Whether it is too late to ask for one more. */
    private boolean looked;

    private boolean hedged;

    Fetch(BlockRun run) {
      this.run = run;
      this.extent = run.extent();
      this.present = new boolean[extent.layout().width()];
      this.candidates =
          new ArrayDeque<>(
              IntStream.range(0, present.length)
                  .boxed()
                  .sorted(Comparator.comparingInt(this::doubt))
                  .toList());
    }

    /** Shards of nodes that answer come first, and data before parity (the sort is stable). */
    private int doubt(int shard) {
      boolean missing = run.lacks(shard);
      boolean last = nodes.view().readLast(node(shard));
      return missing ? 2 : last ? 1 : 0;
    }

    private String node(int shard) {
      return extent.shards().get(shard).node();
    }

    /** Returns which shards are in place: k of them. */
    boolean[] race() throws InterruptedException {
      hedge.begun();
      try {
        int wanted = extent.layout().k();
        while (wanted > 0) {
          while (!candidates.isEmpty() && due.size() < Math.min(wanted, settings.together)) {
            start(candidates.removeFirst());
          }
          if (open.isEmpty()) {
            throw tooFew();
          }
          Done next = await();
          if (next != null) {
            wanted -= accept(next) ? 1 : 0;
          } else if (!replaceLate()) {
            askForOneMore();
          }
        }
        hedge.took(System.nanoTime() - begin);
        return present;
      } finally {
        stop();
        listener.missing(extent, found);
      }
    }

    /**
     * The next result, or null if it takes longer than usual, or a shard is late, and another can
     * be tried. Each shard has a time of its own, which does not begin anew when another comes.
     */
    private @Nullable Done await() throws InterruptedException {
      if (candidates.isEmpty() || due.isEmpty()) {
        return done.take(); // each request has a deadline of its own
      }
      long now = System.nanoTime();
      long wait = due.values().iterator().next() - now; // they are in the order of their starts
      return done.poll(looked ? wait : Math.min(wait, unusual - now), TimeUnit.NANOSECONDS);
    }

    /** Once, if none is late yet; of a node that answers, and that is not waited for already. */
    private void askForOneMore() throws InterruptedException {
      if (looked || unusual - System.nanoTime() > 0) {
        return;
      }
      looked = true;
      Set<String> asked = open.stream().map(this::node).collect(Collectors.toSet());
      Optional<Integer> one =
          candidates.stream()
              .filter(shard -> doubt(shard) == 0 && !asked.contains(node(shard)))
              .findFirst();
      if (one.isPresent() && hedge.take()) {
        hedged = true;
        listener.hedged();
        candidates.remove(one.get());
        start(one.get());
      }
    }

    /**
     * Asks for another in place of each shard that is late; it still counts if it comes.
     *
     * @return whether any is
     */
    private boolean replaceLate() throws InterruptedException {
      long now = System.nanoTime();
      List<Integer> late =
          due.entrySet().stream()
              .filter(one -> one.getValue() - now <= 0)
              .map(Map.Entry::getKey)
              .toList();
      for (int shard : late) {
        due.remove(shard);
        late(shard);
        startAnother();
      }
      looked |= !late.isEmpty();
      return !late.isEmpty();
    }

    /** The nodes that are late are probed: if one hangs, this was the last read to wait for it. */
    private void late(int shard) {
      nodes.view().probe(node(shard));
      if (!settings.keep(DataRule.SLOW_IS_NO_EVIDENCE)) {
        found.addAll(run.all(shard));
      }
    }

    private void startAnother() throws InterruptedException {
      if (!candidates.isEmpty()) {
        start(candidates.removeFirst());
      }
    }

    private void start(int shard) throws InterruptedException {
      listener.asking(run);
      open.add(shard);
      due.put(shard, System.nanoTime() + settings.hedgeAfter.toNanos());
      Thread thread = Thread.ofVirtual().name("mas-shard-read").unstarted(() -> fetch(shard));
      run.retain();
      boolean started = false;
      try {
        running.add(thread);
        thread.start();
        started = true;
      } finally {
        if (!started) {
          run.close();
        }
      }
    }

    private void fetch(int shard) {
      try {
        String id = node(shard);
        Member node =
            nodes
                .view()
                .member(id)
                .orElseThrow(() -> new NodeException("node " + id + " is unknown", null));
        try {
          List<ShardFrame> frames =
              nodes
                  .client()
                  .get(node, extent.key(shard), run.from(), run.shards(shard), settings.priority);
          done.add(new Done(shard, frames, null));
        } catch (NodeException e) {
          if (!Thread.currentThread().isInterrupted()) {
            nodes.view().failed(node, e);
          }
          throw e;
        }
      } catch (NodeException e) {
        done.add(new Done(shard, List.of(), e));
      } catch (RuntimeException | Error e) {
        // Without a result the reader would wait for this shard for ever.
        done.add(
            new Done(shard, List.of(), new NodeException("reading a shard broke down: " + e, e)));
      } finally {
        run.close();
      }
    }

    /** Whether the shard is in place; if it is not, another is asked for, but once for each. */
    private boolean accept(Done next) throws InterruptedException {
      open.remove(next.shard);
      boolean replaced = due.remove(next.shard) == null;
      boolean inPlace = inPlace(next);
      if (!inPlace && !replaced) {
        startAnother();
      }
      return inPlace;
    }

    /** Whether the shard of each block is in place; if not, notes what is evidence of damage. */
    private boolean inPlace(Done next) {
      if (next.failure != null) {
        if (next.failure.notFound()) {
          found.add(new Missing(next.shard, Missing.ALL));
        }
        return false;
      }
      int bytes = next.frames.stream().mapToInt(ShardFrame::payloadLength).sum();
      listener.received(node(next.shard), bytes);
      present[next.shard] = true;
      for (int i = 0; i < run.size(); i++) {
        if (!sound(next.frames.get(i), i, next.shard)) {
          found.add(new Missing(next.shard, run.from() + i));
          present[next.shard] = false;
        }
      }
      return present[next.shard];
    }

    private boolean sound(ShardFrame frame, int index, int shard) {
      return settings.keep(DataRule.VERIFIED)
          ? intact(frame, run.entry(index), run.shard(shard, index))
          : frame.status() == ShardFrame.Status.OK;
    }

    private MasException tooFew() {
      int have = 0;
      for (boolean one : present) {
        have += one ? 1 : 0;
      }
      return new MasException(
          ErrorCode.TOO_FEW_SHARDS,
          "%d shards of a block can be read now, %d are needed"
              .formatted(have, extent.layout().k()));
    }

    /** Ends the fetches that are not needed any more; none touches the buffer afterwards. */
    private void stop() throws InterruptedException {
      running.forEach(Thread::interrupt);
      for (Thread thread : running) {
        thread.join();
      }
    }
  }
}
