package io.mas.api.repair;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mas.api.block.BlockBuffer;
import io.mas.api.block.Blocks;
import io.mas.api.block.EncodedBlock;
import io.mas.api.block.RequestBuffers;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.metadata.Survival;
import io.mas.api.nodes.Fanout;
import io.mas.api.nodes.NodeException;
import io.mas.api.nodes.Nodes;
import io.mas.api.nodes.ShardClient;
import io.mas.api.object.BlockReader;
import io.mas.api.object.BlockRun;
import io.mas.api.object.Hedge;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.InternalApi;
import io.mas.common.protocol.ShardFrame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes patches of one extent: reads the blocks that are needed from k verified shards, those that
 * follow each other with one request of a node, and sends their shards to every node that is to
 * have one. A block that cannot be read, or a node that does not take its shards, is no hindrance
 * for the others. Used by one thread, once.
 */
final class Rebuild implements BlockReader.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Rebuild.class);

  /** Blocks in memory at once, as far as there are buffers; a node takes 16 in one request. */
  private static final int TOGETHER = 8;

  /** Bytes of one column in one request; a node takes no more. */
  private static final long MAX_PUT_BYTES = 16 << 20;

  private final Context context;
  private final ExtentDocument extent;
  private final BlockReader reader;
  private final RequestBuffers memory;

  /** The blocks that each patch has on its node. */
  private final Map<Patch, Set<Integer>> written = new LinkedHashMap<>();

  private final Map<Patch, NodeException> refused = new HashMap<>();
  private final Set<Integer> partly;
  private final Set<Integer> unreadable = ConcurrentHashMap.newKeySet();
  private final Set<Patch> open;
  private final boolean limited;

  /** Bytes of one column in one request, if it is more than a block. */
  private final long most;

  /** When the next request of what is read at the rate may be sent, by System.nanoTime. */
  @GuardedBy("this")
  private long turn = System.nanoTime();

  private long bytesWritten;
  private final NavigableSet<Integer> todo = new TreeSet<>();
  private final Set<Missing> found = ConcurrentHashMap.newKeySet();

  /** What every rebuild of the process shares. */
  record Context(
      Nodes nodes,
      Blocks blocks,
      BlockReader.Settings reading,
      RepairRates rates,
      RepairMetrics metrics) {}

  /**
   * @param partly columns that may move without blocks that cannot be read
   */
  Rebuild(Context context, ExtentDocument extent, List<Patch> patches, Set<Integer> partly) {
    this.context = context;
    this.extent = extent;
    this.partly = Set.copyOf(partly);
    this.limited = isLimited(extent);
    this.reader =
        new BlockReader(
            context.nodes,
            context.blocks,
            limited ? context.reading.inBackground() : context.reading,
            Hedge.never(),
            this);
    this.memory = new RequestBuffers(context.blocks.buffers());
    this.open = new HashSet<>(patches);
    this.most = limited ? Math.min(MAX_PUT_BYTES, context.rates.atOnce()) : MAX_PUT_BYTES;
    patches.forEach(
        patch -> {
          written.put(patch, new TreeSet<>());
          todo.addAll(patch.blocks());
        });
  }

  /**
   * Not where the next loss is the last; but where nothing has helped yet, as a block cannot be
   * read by now, and others are hardly waited for.
   */
  private static boolean isLimited(ExtentDocument extent) {
    return extent.redundancy() < 0 ? extent.turn().tries() > 1 : Survival.ofAnyNode(extent);
  }

  @Override
  public void missing(ExtentDocument seen, Set<Missing> shards) {
    found.addAll(shards);
  }

  /**
   * The requests of what goes at once follow each other at the rate: a client whose request comes
   * then finds little before it at the nodes and on the processors. What a stall of the machine has
   * delayed is not made good at once.
   */
  @Override
  public void asking(BlockRun blocks) throws InterruptedException {
    if (limited) {
      long bytes = blocks.numbers().mapToLong(extent::shardLength).sum();
      TimeUnit.NANOSECONDS.sleep(untilTurn(bytes));
    }
  }

  /** Takes the next turn: of k shards that are read one is written. */
  private synchronized long untilTurn(long bytes) {
    long now = System.nanoTime();
    long mine = Math.max(turn, now);
    turn = mine + context.rates.nanos(bytes / extent.layout().k());
    return mine - now;
  }

  @Override
  public void received(String node, int bytes) {
    if (limited) {
      context.rates.read(node, bytes);
    }
  }

  /** Writes what can be written. */
  void run() throws InterruptedException {
    Set<String> nodes =
        Stream.concat(
                extent.shards().stream().map(ExtentDocument.Shard::node),
                open.stream().map(patch -> patch.node().id()))
            .collect(Collectors.toSet());
    List<Integer> batch = next();
    while (!batch.isEmpty()) {
      if (limited) {
        writeInTurn(batch, nodes);
      } else {
        write(batch);
      }
      batch = next();
    }
  }

  private void writeInTurn(List<Integer> batch, Set<String> nodes) throws InterruptedException {
    long before = bytesWritten;
    long taken =
        open.stream()
            .flatMap(patch -> batch.stream().filter(patch.blocks()::contains))
            .mapToLong(extent::shardLength)
            .sum();
    context.rates.await(nodes, taken);
    try {
      write(batch);
    } finally {
      context.rates.settle(taken, bytesWritten - before);
    }
  }

  /** The next blocks that somebody still wants, as many as go into one request. */
  private List<Integer> next() {
    todo.removeIf(block -> open.stream().noneMatch(patch -> patch.blocks().contains(block)));
    List<Integer> batch = new ArrayList<>();
    long bytes = 0;
    for (int block : todo) {
      bytes += extent.shardLength(block);
      if (batch.size() == TOGETHER || (bytes > most && !batch.isEmpty())) {
        break;
      }
      batch.add(block);
    }
    return batch;
  }

  /** Writes the first of these blocks, as many as there are buffers for. */
  private void write(List<Integer> batch) throws InterruptedException {
    List<BlockBuffer> buffers = new ArrayList<>();
    try {
      buffers.add(memory.acquire(extent.layout()));
      Optional<BlockBuffer> further = tryAcquire(batch.size() - buffers.size());
      while (further.isPresent()) {
        buffers.add(further.get());
        further = tryAcquire(batch.size() - buffers.size());
      }
      List<Integer> numbers = batch.subList(0, buffers.size());
      NavigableMap<Integer, EncodedBlock> blocks = read(numbers, buffers);
      open.removeIf(patch -> unreadable.stream().anyMatch(block -> needs(patch, block)));
      put(blocks);
      numbers.forEach(todo::remove);
    } finally {
      buffers.forEach(BlockBuffer::close);
    }
  }

  /** Only the first is waited for: nobody who holds a buffer waits for another. */
  private Optional<BlockBuffer> tryAcquire(int wanted) {
    return wanted == 0 ? Optional.empty() : memory.tryAcquire(extent.layout());
  }

  /** The blocks that can be read, by number. When it returns, nobody touches the buffers. */
  private NavigableMap<Integer, EncodedBlock> read(List<Integer> numbers, List<BlockBuffer> buffers)
      throws InterruptedException {
    ThreadFactory virtual = Thread.ofVirtual().name("mas-repair-read").factory();
    try (ExecutorService threads = Executors.newThreadPerTaskExecutor(virtual)) {
      try {
        return read(runs(numbers, buffers), threads);
      } catch (InterruptedException e) {
        threads.shutdownNow();
        throw e;
      }
    }
  }

  /** Blocks that follow each other are read together: a request has its price. */
  private List<BlockRun> runs(List<Integer> numbers, List<BlockBuffer> buffers) {
    List<BlockRun> runs = new ArrayList<>();
    int begin = 0;
    long bytes = 0;
    for (int i = 0; i < numbers.size(); i++) {
      int number = numbers.get(i);
      bytes += extent.shardLength(number);
      boolean follows = i == begin || number == numbers.get(i - 1) + 1;
      if (!follows || (bytes > InternalApi.READ_AT_ONCE_BYTES && i > begin)) {
        runs.add(new BlockRun(extent, numbers.get(begin), buffers.subList(begin, i)));
        begin = i;
        bytes = extent.shardLength(number);
      }
    }
    runs.add(new BlockRun(extent, numbers.get(begin), buffers.subList(begin, numbers.size())));
    return runs;
  }

  private NavigableMap<Integer, EncodedBlock> read(List<BlockRun> runs, ExecutorService threads)
      throws InterruptedException {
    List<Future<Map<Integer, EncodedBlock>>> running =
        runs.stream().map(run -> threads.submit(() -> read(run, threads))).toList();
    NavigableMap<Integer, EncodedBlock> blocks = new TreeMap<>();
    for (Future<Map<Integer, EncodedBlock>> one : running) {
      try {
        blocks.putAll(one.get());
      } catch (ExecutionException e) {
        throw new IllegalStateException("reading of extent " + extent.id() + " broke off", e);
      }
    }
    return blocks;
  }

  private Set<Integer> patched() {
    return open.stream().map(Patch::shard).collect(Collectors.toSet());
  }

  /** The blocks of a run that can be read: together, or each from nodes of its own. */
  private Map<Integer, EncodedBlock> read(BlockRun run, ExecutorService threads)
      throws InterruptedException {
    try {
      Map<Integer, EncodedBlock> blocks = new TreeMap<>();
      for (EncodedBlock block : reader.readShards(run, patched())) {
        blocks.put(run.from() + blocks.size(), block);
      }
      return blocks;
    } catch (RuntimeException | Error e) {
      if (run.size() > 1 && differs(run, e)) {
        return read(IntStream.range(0, run.size()).mapToObj(run::only).toList(), threads);
      }
      List<Integer> numbers = run.numbers().boxed().toList();
      LOG.warn("blocks {} of extent {} not rebuilt: {}", numbers, extent.id(), e + "");
      unreadable.addAll(numbers);
      return Map.of();
    }
  }

  /** Whether some blocks of a run may be read though all together cannot. */
  private boolean differs(BlockRun run, Throwable failure) {
    boolean tooFew =
        failure instanceof MasException refusal && refusal.code() == ErrorCode.TOO_FEW_SHARDS;
    return !tooFew
        || run.numbers().anyMatch(block -> found.stream().anyMatch(m -> m.block() == block));
  }

  /** Whether a column that lacks this block may not move. */
  private boolean needs(Patch patch, int block) {
    return patch.moves() && !partly.contains(patch.shard()) && patch.blocks().contains(block);
  }

  private void put(NavigableMap<Integer, EncodedBlock> blocks) throws InterruptedException {
    List<Patch> taking = open.stream().filter(patch -> !wanted(patch, blocks).isEmpty()).toList();
    List<Optional<NodeException>> failures = Fanout.each(taking, patch -> put(patch, blocks));
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted while shards were written");
    }
    for (int i = 0; i < taking.size(); i++) {
      Patch patch = taking.get(i);
      failures
          .get(i)
          .ifPresentOrElse(failure -> refused(patch, failure), () -> taken(patch, blocks));
    }
  }

  private static NavigableMap<Integer, EncodedBlock> wanted(
      Patch patch, NavigableMap<Integer, EncodedBlock> blocks) {
    NavigableMap<Integer, EncodedBlock> wanted = new TreeMap<>(blocks);
    wanted.keySet().retainAll(patch.blocks());
    return wanted;
  }

  /** Sends the blocks; those of one request follow each other. */
  private void put(Patch patch, NavigableMap<Integer, EncodedBlock> blocks) throws NodeException {
    List<ShardClient.Payload> together = new ArrayList<>();
    for (Map.Entry<Integer, EncodedBlock> one : wanted(patch, blocks).entrySet()) {
      int number = one.getKey();
      if (!together.isEmpty() && together.getLast().frame().block() != number - 1) {
        send(patch, together);
        together.clear();
      }
      together.add(payload(number, one.getValue(), patch.shard()));
    }
    send(patch, together);
  }

  private static ShardClient.Payload payload(int number, EncodedBlock block, int shard) {
    EncodedBlock.Shard bytes = block.shard(shard);
    int length = (int) bytes.bytes().byteSize();
    return new ShardClient.Payload(
        ShardFrame.ok(number, block.entry(), length, bytes.crc()), bytes.bytes());
  }

  private void send(Patch patch, List<ShardClient.Payload> payloads) throws NodeException {
    var column = new ShardClient.Column(patch.key(), extent.hash(), extent.layout());
    context.nodes.client().put(patch.node(), column, payloads);
  }

  private void taken(Patch patch, NavigableMap<Integer, EncodedBlock> blocks) {
    Set<Integer> numbers = wanted(patch, blocks).keySet();
    long taken = numbers.stream().mapToLong(extent::shardLength).sum();
    if (limited) { // else the others would pay for it for hours
      context.rates.written(patch.node().id(), taken);
    }
    bytesWritten += taken;
    context.metrics.written(taken);
    written.getOrDefault(patch, new TreeSet<>()).addAll(numbers);
  }

  private void refused(Patch patch, NodeException failure) {
    LOG.warn("shard {} not written again: {}", patch.key(), failure.getMessage());
    open.remove(patch);
    refused.put(patch, failure);
    context.nodes.view().failed(patch.node(), failure);
  }

  // What came of it

  /** The columns that are on their new nodes, as whole as they may be. */
  Map<Integer, ExtentDocument.Shard> moved() {
    Map<Integer, ExtentDocument.Shard> moved = new TreeMap<>();
    written.forEach(
        (patch, blocks) -> {
          if (patch.moves() && !blocks.isEmpty() && complete(patch, blocks)) {
            ShardKey key = patch.key();
            moved.put(key.shard(), new ExtentDocument.Shard(patch.node().id(), key.attempt()));
          }
        });
    return moved;
  }

  private boolean complete(Patch patch, Set<Integer> blocks) {
    return patch.blocks().stream()
        .allMatch(
            block ->
                blocks.contains(block) || (unreadable.contains(block) && !needs(patch, block)));
  }

  /** What the moved columns lack. */
  Set<Missing> lacking() {
    return moved().keySet().stream()
        .flatMap(shard -> unreadable.stream().map(block -> new Missing(shard, block)))
        .collect(Collectors.toSet());
  }

  /** The bad blocks that are good again on their own nodes. */
  Set<Missing> mended() {
    return written.entrySet().stream()
        .filter(e -> !e.getKey().moves())
        .flatMap(e -> e.getValue().stream().map(block -> new Missing(e.getKey().shard(), block)))
        .collect(Collectors.toSet());
  }

  /** Shards that were found missing or damaged on the way. */
  Set<Missing> found() {
    return Set.copyOf(found);
  }

  /** The patches that their nodes did not take, and why. */
  Map<Patch, NodeException> refused() {
    return refused;
  }
}
