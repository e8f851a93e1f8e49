package io.mas.api.object;

import static org.awaitility.Awaitility.await;

import io.mas.api.block.BlockCodec;
import io.mas.api.block.Blocks;
import io.mas.api.block.BufferPool;
import io.mas.api.block.CpuPool;
import io.mas.api.garbage.BreakerProperties;
import io.mas.api.garbage.GarbageProperties;
import io.mas.api.garbage.GarbageRoom;
import io.mas.api.garbage.GarbageRule;
import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.UploadDocument;
import io.mas.api.metadata.UploadId;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.Member;
import io.mas.api.nodes.NodeView;
import io.mas.api.nodes.Nodes;
import io.mas.api.nodes.NodesProperties;
import io.mas.api.nodes.Placement;
import io.mas.api.nodes.PlacementProperties;
import io.mas.api.nodes.SimulatedNodes;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.cluster.NodeState;
import io.mas.common.object.ByteRange;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import io.mas.common.object.ShardKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/**
 * The object room on simulated nodes and real embedded metadata, with a clock that a test moves.
 */
public final class ObjectWorld implements AutoCloseable {
  public static final int BLOCK = 128 << 10;

  public final SimulatedNodes nodes;
  public final AtomicLong time = new AtomicLong(1_790_000_000_000L);
  public final InstantSource clock = () -> Instant.ofEpochMilli(time.get());
  public final BufferPool buffers;
  public final ObjectRoom.Outside outside;
  public final ObjectRoom room;

  /** How often the room said that there is something to repair. */
  public final AtomicInteger wakes = new AtomicInteger();

  private final MetadataStore metadata;
  private final NodeView view;
  private final Nodes known;
  private final CpuPool cpu = new CpuPool(2);
  private final int count;
  private long life = 1;

  /**
   * What a world is like.
   *
   * @param nodes how many nodes
   * @param buffers bytes of the buffer pool
   * @param hedgeAfter patience with a slow shard
   * @param erasure geometry of new parts
   * @param block bytes of a block
   * @param patience of a request for its first buffer
   */
  public record Shape(
      int nodes, long buffers, Duration hedgeAfter, String erasure, int block, Duration patience) {
    public static final Shape USUAL = of(9, "4+2");

    public Shape(int nodes, long buffers, Duration hedgeAfter) {
      this(nodes, buffers, hedgeAfter, "4+2", BLOCK);
    }

    public Shape(int nodes, long buffers, Duration hedgeAfter, String erasure, int block) {
      this(nodes, buffers, hedgeAfter, erasure, block, Duration.ofSeconds(20));
    }

    /** With memory for so few blocks that requests have to wait for each other. */
    static Shape tight(int blocks, Duration patience) {
      long memory = blocks * (10L * BLOCK / 4) + 4096;
      return new Shape(9, memory, Duration.ofSeconds(20), "4+2", BLOCK, patience);
    }

    public static Shape of(int nodes, String erasure) {
      return new Shape(nodes, 32 << 20, Duration.ofSeconds(20), erasure, BLOCK);
    }
  }

  /** Comes in between a call and the metadata. */
  public interface Meddler {
    Object call(String method, Object[] arguments, Original original) throws Throwable;
  }

  /** What the call would have done. */
  public interface Original {
    Object call() throws Throwable;
  }

  public static MetadataStore meddled(MetadataStore target, Meddler meddler) {
    return (MetadataStore)
        Proxy.newProxyInstance(
            MetadataStore.class.getClassLoader(),
            new Class<?>[] {MetadataStore.class},
            (self, method, arguments) ->
                meddler.call(
                    method.getName(),
                    arguments == null ? new Object[0] : arguments,
                    () -> {
                      try {
                        return method.invoke(target, arguments);
                      } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                      }
                    }));
  }

  public ObjectWorld(MetadataStore metadata, Shape shape) {
    this(metadata, shape, new SimulatedNodes());
  }

  /** On nodes that hold something already. */
  public ObjectWorld(MetadataStore metadata, Shape shape, SimulatedNodes nodes) {
    this(metadata, shape, nodes, ProtocolRule.ALL);
  }

  /** With a rule of the protocol left out. */
  public ObjectWorld(
      MetadataStore metadata, Shape shape, SimulatedNodes nodes, Set<ProtocolRule> rules) {
    this(metadata, shape, nodes, rules, DataRule.ALL);
  }

  /** With these rules of writing and reading. */
  static ObjectWorld with(
      MetadataStore metadata, Shape shape, SimulatedNodes nodes, Set<DataRule> dataRules) {
    return new ObjectWorld(metadata, shape, nodes, ProtocolRule.ALL, dataRules);
  }

  private ObjectWorld(
      MetadataStore metadata,
      Shape shape,
      SimulatedNodes nodes,
      Set<ProtocolRule> rules,
      Set<DataRule> dataRules) {
    this.nodes = nodes;
    this.metadata = metadata;
    this.count = shape.nodes;
    this.buffers = new BufferPool(shape.buffers, shape.patience);
    Duration second = Duration.ofSeconds(1);
    NodesProperties timeouts = new NodesProperties(second, second, second, second, second, 8, "");
    this.view = new NodeView(metadata, nodes, timeouts, clock);
    SimulatedNodes.announcements(metadata.clusterId(), count).forEach(view::accept);
    Random random = new Random(1);
    Placement placement = new Placement(view, new PlacementProperties(1), random);
    this.known = new Nodes(view, placement, nodes);
    this.outside =
        new ObjectRoom.Outside(
            metadata,
            known,
            new Blocks(buffers, cpu, new BlockCodec()),
            clock,
            new Random(System.nanoTime()),
            new SimpleMeterRegistry(),
            wakes::incrementAndGet);
    this.room =
        new ObjectRoom(
            outside,
            new ObjectProperties(
                shape.erasure,
                DataSize.ofBytes(shape.block),
                shape.hedgeAfter,
                Duration.ofHours(24),
                Duration.ofMinutes(10),
                Duration.ofDays(7),
                Duration.ofSeconds(30)),
            rules,
            dataRules);
  }

  /** The sweep of the inventories of this world. */
  public GarbageRoom garbage(
      GarbageProperties properties, BreakerProperties limits, Set<GarbageRule> rules) {
    return new GarbageRoom(
        new GarbageRoom.Outside(metadata, known, room, clock, new SimpleMeterRegistry()),
        properties,
        limits,
        rules);
  }

  public static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  public static ObjectHash hash(byte[] content) {
    try {
      return ObjectHash.of(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  public StoredPart write(byte[] content) {
    return write(hash(content), new ByteArrayInputStream(content), Long.MAX_VALUE, null);
  }

  /** As {@link PartWriter#write}. */
  StoredPart write(ObjectHash hash, InputStream body, long most, @Nullable MessageDigest digest) {
    return room.parts().writer().write(hash, body, most, digest);
  }

  /** Stores pieces as the parts of one file, and commits it. */
  public FileDocument store(byte[]... pieces) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    List<FileDocument.Part> rows = new ArrayList<>();
    Set<String> holders = Set.of();
    for (byte[] piece : pieces) {
      whole.writeBytes(piece);
      StoredPart part = write(piece);
      rows.addAll(part.rows());
      holders = part.nodes();
    }
    ObjectHash hash = hash(whole.toByteArray());
    long version = metadata.file(hash, Concern.LINEARIZABLE).map(FileDocument::version).orElse(0L);
    FileDocument file =
        new FileDocument(
            hash, version + 1, FileDocument.State.LIVE, whole.size(), "n", time.get(), rows);
    return switch (room.parts().committer().commit(file, holders)) {
      case Committer.Mine(var mine) -> mine;
      case Committer.Others others -> throw new IllegalStateException("" + others);
      case Committer.Lost lost -> throw new IllegalStateException("" + lost);
    };
  }

  /** An upload without a session, of a size that nobody has told, in the database. */
  public UploadDocument upload(ObjectHash hash, UploadDocument.State state, Duration life) {
    long now = time.get();
    UploadDocument upload =
        new UploadDocument(
            new UploadId(hash, ""),
            1,
            77,
            state,
            "name",
            -1,
            -1,
            now,
            now + life.toMillis(),
            false,
            null);
    if (metadata.compareAndSetUpload(upload) != WriteOutcome.APPLIED) {
      throw new IllegalStateException("upload of " + hash + " is there already");
    }
    return upload;
  }

  public byte[] read(ObjectHash hash) {
    return read(hash, new ByteRange(0, room.files().info(hash).size()));
  }

  public byte[] read(ObjectHash hash, ByteRange range) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (StoredFile.Reading reading = room.files().open(hash).read(range)) {
      reading.copy(out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public List<ExtentDocument> extents(PartId part) {
    return metadata.extents(part, 0, 1000, Concern.LINEARIZABLE);
  }

  /** The copies that the documents of a part name. */
  public Set<SimulatedNodes.Copy> named(PartId part) {
    Set<SimulatedNodes.Copy> named = new HashSet<>();
    for (ExtentDocument extent : extents(part)) {
      for (int i = 0; i < extent.shards().size(); i++) {
        named.add(new SimulatedNodes.Copy(extent.shards().get(i).node(), extent.key(i)));
      }
    }
    return named;
  }

  /** Moves every shard of an extent to the node of the next one, as repairs would. */
  public ExtentDocument moveAll(ExtentDocument old) {
    List<ExtentDocument.Shard> places = new ArrayList<>();
    for (int i = 0; i < old.shards().size(); i++) {
      String node = old.shards().get((i + 1) % old.shards().size()).node();
      ExtentDocument.Shard place =
          new ExtentDocument.Shard(node, old.shards().get(i).attempt() + 1);
      SimulatedNodes.Copy from = new SimulatedNodes.Copy(old.shards().get(i).node(), old.key(i));
      ShardKey key = new ShardKey(old.id(), i, place.attempt());
      nodes.copy(from, new SimulatedNodes.Copy(node, key));
      nodes.lose(from.node(), from.key());
      places.add(place);
    }
    ExtentDocument moved =
        new ExtentDocument(
            old.id(),
            old.hash(),
            old.offset(),
            old.layout(),
            old.version() + 1,
            places,
            old.blocks(),
            old.missing(),
            old.belowIdeal(),
            old.marked());
    if (metadata.compareAndSetExtent(moved) != WriteOutcome.APPLIED) {
      throw new IllegalStateException("extent " + old.id() + " has changed");
    }
    return moved;
  }

  /** Moves one shard of an extent to a node that has none of it, as a repair would. */
  ExtentDocument move(ExtentDocument old, int shard) {
    Set<String> held =
        old.shards().stream().map(ExtentDocument.Shard::node).collect(Collectors.toSet());
    String node =
        known.view().writable().stream()
            .map(Member::id)
            .filter(id -> !held.contains(id))
            .findFirst()
            .orElseThrow();
    List<ExtentDocument.Shard> places = new ArrayList<>(old.shards());
    places.set(shard, new ExtentDocument.Shard(node, old.shards().get(shard).attempt() + 1));
    ExtentDocument moved =
        old.repaired(places, Set.of(), old.belowIdeal(), ExtentDocument.Turn.NONE);
    SimulatedNodes.Copy from =
        new SimulatedNodes.Copy(old.shards().get(shard).node(), old.key(shard));
    nodes.copy(from, new SimulatedNodes.Copy(node, moved.key(shard)));
    nodes.lose(from.node(), from.key());
    if (metadata.compareAndSetExtent(moved) != WriteOutcome.APPLIED) {
      throw new IllegalStateException("extent " + old.id() + " has changed");
    }
    return moved;
  }

  /** A node is lost by a verdict, and is asked for nothing more. */
  public void loseForGood(String node) {
    NodeDocument saved =
        metadata.nodes().stream()
            .filter(one -> one.nodeId().equals(node))
            .findFirst()
            .orElseThrow();
    view.learn(
        saved.lost(
            new NodeDocument.Lost(
                time.get(), NodeDocument.Cause.UNREACHABLE, NodeDocument.Progress.MARKED)));
  }

  /** How many blocks were read with parity. */
  int degraded() {
    return (int) outside.meters().get("mas.blocks.degraded").counter().count();
  }

  /** All nodes are well again, in a new life. */
  public void revive() {
    nodes.heal();
    announce(count, Set.of());
  }

  /**
   * The first {@code total} nodes begin a new life; there may be more of them than before.
   *
   * @param away ids of those that take no new shards
   */
  public void announce(int total, Set<String> away) {
    announce(total, away, _ -> "zone");
  }

  /** The same in zones, by the ids of nodes. */
  public void announce(int total, Set<String> away, UnaryOperator<String> zone) {
    life++;
    for (NodeAnnouncement one : SimulatedNodes.announcements(metadata.clusterId(), total)) {
      String id = one.identity().nodeId();
      view.accept(
          new NodeAnnouncement(
              new NodeIdentity(metadata.clusterId(), id, life, "life-" + life),
              1,
              0,
              one.address(),
              one.process(),
              one.host(),
              zone.apply(id),
              one.capacityBytes(),
              one.freeBytes(),
              away.contains(id) ? NodeState.LEAVING : NodeState.UP));
    }
  }

  /** Waits until nothing is under way: every buffer is back, and every call has ended. */
  public void settled() {
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .atMost(Duration.ofSeconds(10))
        .until(() -> buffers.heldBytes() == 0 && nodes.underWay() == 0);
  }

  @Override
  public void close() {
    nodes.heal();
    settled();
    view.close();
    cpu.close();
    buffers.close();
  }
}
