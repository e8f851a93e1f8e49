package io.mas.api.nodes;

import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.cluster.NodeState;
import io.mas.common.object.ExtentId;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.CommitSummary;
import io.mas.common.protocol.InternalApi;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.Page;
import io.mas.common.protocol.Priority;
import io.mas.common.protocol.ShardFrame;
import io.mas.common.protocol.StoredColumn;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Storage nodes in memory, with the promises of real ones, and with the faults that a test gives
 * them. Thread-safe.
 */
public final class SimulatedNodes implements ShardClient {
  private static final Fault NONE = (operation, node, key) -> {};

  private final Map<Copy, Map<Integer, Stored>> copies = new ConcurrentHashMap<>();

  /** What the records of each column say; as on a real node they stay with a copy of it. */
  private final Map<Copy, Column> origins = new ConcurrentHashMap<>();

  private final Map<String, List<CommitRecord>> records = new ConcurrentHashMap<>();
  private final Set<String> damagedRecords = ConcurrentHashMap.newKeySet();
  private final Set<Priority> priorities = ConcurrentHashMap.newKeySet();
  private final AtomicInteger underWay = new AtomicInteger();
  private volatile Fault fault = NONE;
  private volatile Fault faultAfter = NONE;

  /** What is asked of a node. */
  public enum Operation {
    PUT,
    GET,
    DELETE,
    RECORD,
    LIST
  }

  /** Comes before or after a call is done: may refuse it, wait, or count. */
  public interface Fault {
    /**
     * Comes in between.
     *
     * @param key the copy asked for; null for a commit record or a list
     */
    void meet(Operation operation, String node, @Nullable ShardKey key)
        throws NodeException, InterruptedException;
  }

  /** One copy of a column on a node. */
  public record Copy(String node, ShardKey key) {}

  private static final class Stored {
    final ShardFrame frame;
    final byte[] bytes;

    Stored(ShardFrame frame, byte[] bytes) {
      this.frame = frame;
      this.bytes = bytes;
    }
  }

  /** What {@code count} nodes of a cluster say of themselves. */
  public static List<NodeAnnouncement> announcements(String clusterId, int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> announcement(clusterId, i)).toList();
  }

  private static NodeAnnouncement announcement(String clusterId, int i) {
    return new NodeAnnouncement(
        new NodeIdentity(clusterId, "node-" + i, 1, "boot-" + i),
        1,
        0,
        URI.create("http://127.0.0.1:" + i),
        "node-" + i,
        "host-" + i,
        "zone",
        1L << 40,
        1L << 40,
        NodeState.UP);
  }

  /** Gives the nodes a fault, in place of those before. */
  public void fail(Fault next) {
    fault = next;
    faultAfter = NONE;
  }

  /** Gives the nodes a fault that comes when a put is done: only its answer is lost. */
  public void failAfter(Fault next) {
    fault = NONE;
    faultAfter = next;
  }

  /** All is well again. */
  public void heal() {
    fail(NONE);
  }

  /** Copies a column to another node, under another attempt. */
  public void copy(Copy from, Copy to) {
    copies.put(to, new ConcurrentSkipListMap<>(copies.getOrDefault(from, Map.of())));
    Column origin = origins.get(from);
    if (origin != null) {
      origins.put(to, origin);
    }
  }

  /** Commit records of all nodes that are COMMITTED. */
  public long committedRecords() {
    return records.values().stream()
        .flatMap(List::stream)
        .filter(record -> record.state() == CommitRecord.State.COMMITTED)
        .count();
  }

  /** Bytes of all shards. */
  public long bytes() {
    return copies.values().stream()
        .flatMap(blocks -> blocks.values().stream())
        .mapToLong(block -> block.bytes.length)
        .sum();
  }

  /** Forgets what the records of a column say of it, as damage does. */
  public void damageOrigin(Copy copy) {
    origins.remove(copy);
  }

  /** Ids of the nodes with a COMMITTED record. */
  public Set<String> committedOn() {
    return records.entrySet().stream()
        .filter(
            node ->
                node.getValue().stream()
                    .anyMatch(record -> record.state() == CommitRecord.State.COMMITTED))
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** Forgets the commit records of a node. */
  public void loseRecords(String node) {
    records.remove(node);
  }

  /** Forgets the commit records of all nodes. */
  public void loseRecords() {
    records.clear();
  }

  /** Damages the commit records that a node has and will have; their names can be read. */
  public void damageRecords(String node) {
    damagedRecords.add(node);
  }

  /** Gives no answer. */
  public static NodeException silence(String node) {
    return new NodeException(node + " does not answer", null);
  }

  /** Waits until the caller is interrupted. */
  public static void hang() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  /** Calls that have not returned. */
  public int underWay() {
    return underWay.get();
  }

  /** Whether the copy is there. */
  public boolean has(String node, ShardKey key) {
    return copies.containsKey(new Copy(node, key));
  }

  /** All copies there are. */
  public Set<Copy> copies() {
    return Set.copyOf(copies.keySet());
  }

  /** Parts of which there is any shard. */
  public Set<PartId> parts() {
    return copies.keySet().stream()
        .map(copy -> copy.key().extent().part())
        .collect(Collectors.toSet());
  }

  /** The bytes of one block of a copy, or null if it has none. */
  public byte @Nullable [] bytes(Copy copy, int block) {
    Map<Integer, Stored> column = copies.get(copy);
    Stored stored = column == null ? null : column.get(block);
    return stored == null ? null : stored.bytes.clone();
  }

  /** Forgets a copy. */
  public void lose(String node, ShardKey key) {
    copies.remove(new Copy(node, key));
  }

  /** Forgets one block of shard column {@code shard}, on whichever node it is. */
  public void loseBlock(ExtentId extent, int shard, int block) {
    columns(extent, shard).forEach(column -> column.remove(block));
  }

  /** Flips a bit of one block of shard column {@code shard}, on whichever node it is. */
  public void damage(ExtentId extent, int shard, int block) {
    columns(extent, shard)
        .forEach(
            column ->
                column.computeIfPresent(
                    block,
                    (number, stored) -> {
                      byte[] bytes = stored.bytes.clone();
                      bytes[bytes.length / 2] ^= 1;
                      return new Stored(stored.frame, bytes);
                    }));
  }

  private List<Map<Integer, Stored>> columns(ExtentId extent, int shard) {
    return copies.entrySet().stream()
        .filter(e -> e.getKey().key().extent().equals(extent) && e.getKey().key().shard() == shard)
        .map(Map.Entry::getValue)
        .toList();
  }

  private static void meet(Fault fault, Operation operation, Member node, @Nullable ShardKey key)
      throws NodeException {
    try {
      fault.meet(operation, node.id(), key);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NodeException("interrupted", e);
    }
  }

  @Override
  public void put(Member node, Column column, List<Payload> blocks) throws NodeException {
    underWay.incrementAndGet();
    try {
      meet(fault, Operation.PUT, node, column.key());
      requirePut(blocks);
      Map<Integer, Stored> stored =
          copies.computeIfAbsent(
              new Copy(node.id(), column.key()), copy -> new ConcurrentSkipListMap<>());
      origins.put(new Copy(node.id(), column.key()), column);
      for (Payload block : blocks) {
        byte[] bytes = block.bytes().toArray(ValueLayout.JAVA_BYTE);
        Stored before = stored.get(block.frame().block());
        if (before != null && !before.frame.equals(block.frame())) {
          throw new NodeException(NodeError.OTHER_BYTES, "other bytes for " + column.key());
        }
        stored.put(block.frame().block(), new Stored(block.frame(), bytes));
      }
      meet(faultAfter, Operation.PUT, node, column.key());
    } finally {
      underWay.decrementAndGet();
    }
  }

  private static void requirePut(List<Payload> blocks) throws NodeException {
    long bytes = blocks.stream().mapToLong(block -> block.bytes().byteSize()).sum();
    if (blocks.size() > InternalApi.MAX_PUT_BLOCKS || bytes > InternalApi.MAX_PUT_BYTES) {
      throw new NodeException(
          NodeError.BAD_REQUEST, "put of %d blocks, %d bytes".formatted(blocks.size(), bytes));
    }
    for (int i = 1; i < blocks.size(); i++) {
      if (blocks.get(i).frame().block() != blocks.get(i - 1).frame().block() + 1) {
        throw new NodeException(NodeError.BAD_REQUEST, "blocks do not follow each other");
      }
    }
  }

  /** With which priorities shards were asked for. */
  public Set<Priority> priorities() {
    return Set.copyOf(priorities);
  }

  @Override
  public List<ShardFrame> get(
      Member node, ShardKey key, int from, List<MemorySegment> into, Priority priority)
      throws NodeException {
    underWay.incrementAndGet();
    priorities.add(priority);
    try {
      meet(fault, Operation.GET, node, key);
      Map<Integer, Stored> column = copies.get(new Copy(node.id(), key));
      if (column == null) {
        throw new NodeException(NodeError.NOT_FOUND, "no copy " + key);
      }
      List<ShardFrame> frames = new ArrayList<>();
      for (MemorySegment shard : into) {
        frames.add(read(column, from + frames.size(), shard));
      }
      return frames;
    } finally {
      underWay.decrementAndGet();
    }
  }

  private static ShardFrame read(Map<Integer, Stored> column, int block, MemorySegment into) {
    Stored stored = column.get(block);
    if (stored == null) {
      return ShardFrame.without(block, ShardFrame.Status.ABSENT);
    }
    into.copyFrom(MemorySegment.ofArray(stored.bytes));
    return stored.frame;
  }

  @Override
  public void delete(Member node, ShardKey key) throws NodeException {
    underWay.incrementAndGet();
    try {
      meet(fault, Operation.DELETE, node, key);
      copies.remove(new Copy(node.id(), key));
    } finally {
      underWay.decrementAndGet();
    }
  }

  @Override
  public void putCommitRecord(Member node, CommitRecord record) throws NodeException {
    meet(fault, Operation.RECORD, node, null);
    putRecord(node.id(), record);
  }

  /** Gives a node a commit record, in place of an equal one of another state. */
  public void putRecord(String node, CommitRecord record) {
    List<CommitRecord> all = records.computeIfAbsent(node, _ -> new CopyOnWriteArrayList<>());
    all.removeIf(before -> before.equals(with(record, before.state())));
    all.add(record);
  }

  private static CommitRecord with(CommitRecord record, CommitRecord.State state) {
    return new CommitRecord(
        CommitRecord.FORMAT,
        record.hash(),
        record.version(),
        state,
        record.size(),
        record.name(),
        record.time(),
        record.parts());
  }

  @Override
  public Page<StoredColumn> inventory(Member node, String cursor, int limit) throws NodeException {
    meet(fault, Operation.LIST, node, null);
    List<StoredColumn> rows =
        copies.entrySet().stream()
            .filter(entry -> entry.getKey().node().equals(node.id()))
            .map(entry -> row(entry.getKey(), entry.getValue()))
            .sorted(Comparator.comparing(SimulatedNodes::name))
            .filter(row -> name(row).compareTo(cursor) > 0)
            .limit(limit)
            .toList();
    return new Page<>(rows, 0, rows.size() < limit ? null : name(rows.getLast()));
  }

  private StoredColumn row(Copy copy, Map<Integer, Stored> blocks) {
    Column origin = origins.get(copy);
    return StoredColumn.of(
        copy.key(),
        blocks.values().stream().mapToLong(block -> block.bytes.length).sum(),
        origin == null ? null : origin.hash(),
        origin == null ? null : origin.layout());
  }

  private static String name(StoredColumn row) {
    return row.key().toString();
  }

  @Override
  public Page<CommitRecord> commits(Member node, String cursor, int limit) throws NodeException {
    meet(fault, Operation.LIST, node, null);
    List<CommitRecord> all = records.getOrDefault(node.id(), List.of());
    int from = cursor.isEmpty() ? 0 : Integer.parseInt(cursor);
    int to = Math.min(all.size(), from + limit);
    return new Page<>(all.subList(from, to), 0, to < all.size() ? "" + to : null);
  }

  @Override
  public Page<CommitSummary> commits(Member node, ObjectHash file, long above)
      throws NodeException {
    meet(fault, Operation.LIST, node, null);
    List<CommitSummary> rows =
        records.getOrDefault(node.id(), List.of()).stream()
            .filter(record -> record.hash().equals(file) && record.version() > above)
            .map(
                record ->
                    damagedRecords.contains(node.id())
                        ? CommitSummary.damaged(record.version())
                        : CommitSummary.of(record))
            .toList();
    return new Page<>(rows, 0, null);
  }

  @Override
  public NodeAnnouncement identify(URI address) throws NodeException {
    throw new NodeException(NodeError.BAD_REQUEST, "alive; simulated nodes say no more");
  }

  @Override
  public void close() {}
}
