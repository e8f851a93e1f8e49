package io.mas.api.garbage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.api.metadata.ChunkDocument;
import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.UploadDocument;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.SimulatedNodes;
import io.mas.api.object.ObjectWorld;
import io.mas.api.object.ProtocolRule;
import io.mas.api.object.StoredPart;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import io.mas.common.object.ShardKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** An object world with its garbage, and what crashes and lost races leave in it. */
final class GarbageWorld implements AutoCloseable {
  /** The limits of the product, but for the pause. */
  static final BreakerProperties LIMITS = new BreakerProperties(0.05, 1000, 100_000);

  final ObjectWorld objects;
  final GarbageRoom room;
  private final MetadataStore store;

  GarbageWorld(MetadataStore store, Set<GarbageRule> rules) {
    this(store, new SimulatedNodes(), properties(false), LIMITS, rules);
  }

  GarbageWorld(
      MetadataStore store,
      SimulatedNodes nodes,
      GarbageProperties properties,
      BreakerProperties limits,
      Set<GarbageRule> rules) {
    this(store, new ObjectWorld(store, ObjectWorld.Shape.USUAL, nodes), properties, limits, rules);
  }

  /** On nodes that hold something already, by these rules of the protocol. */
  GarbageWorld(MetadataStore store, SimulatedNodes nodes, Set<ProtocolRule> rules) {
    this(
        store,
        new ObjectWorld(store, ObjectWorld.Shape.USUAL, nodes, rules),
        properties(false),
        LIMITS,
        GarbageRule.ALL);
  }

  private GarbageWorld(
      MetadataStore store,
      ObjectWorld objects,
      GarbageProperties properties,
      BreakerProperties limits,
      Set<GarbageRule> rules) {
    this.store = store;
    this.objects = objects;
    this.room = objects.garbage(properties, limits, rules);
  }

  static GarbageProperties properties(boolean dryRun) {
    return new GarbageProperties(
        true,
        dryRun,
        Duration.ofHours(1),
        Duration.ofHours(24),
        Duration.ofHours(1),
        Duration.ZERO);
  }

  static Set<GarbageRule> without(GarbageRule rule) {
    return EnumSet.complementOf(EnumSet.of(rule));
  }

  static Set<ProtocolRule> withoutRecords() {
    return EnumSet.complementOf(EnumSet.of(ProtocolRule.RECORDS));
  }

  void pass(Duration time) {
    objects.time.addAndGet(time.toMillis());
  }

  /** Time passes, and everything that collects has its turn. */
  void later(Duration time) {
    pass(time);
    sweep();
  }

  void sweep() {
    room.sweep().sweepOnce();
    if (room.sweep().mayCollect()) {
      objects.room.sweep().sweep();
    }
  }

  /** The version of a file's document, 0 if there is none. */
  long version(ObjectHash hash) {
    return store.file(hash, Concern.LINEARIZABLE).map(FileDocument::version).orElse(0L);
  }

  /** An upload without a session lists a part as its first chunk; it expires after seven days. */
  void lists(ObjectHash hash, StoredPart part, UploadDocument.State state) {
    UploadDocument upload = objects.upload(hash, state, Duration.ofDays(7));
    assertThat(store.insertChunk(new ChunkDocument(upload.id(), 77, 1, part.id(), part.length())))
        .isEqualTo(WriteOutcome.APPLIED);
  }

  /** What a writer leaves that dies when all is stored and no document is inserted. */
  PartId writerDiedBeforeItsDocument(byte[] content) {
    StoredPart part = objects.write(content);
    for (ExtentDocument extent : objects.extents(part.id())) {
      assertThat(store.deleteExtent(extent.id(), extent.version())).isEqualTo(WriteOutcome.APPLIED);
    }
    return part.id();
  }

  /** Copies a shard to a node that has none of its extent, as a repair does; does not publish. */
  SimulatedNodes.Copy rebuilt(ExtentDocument extent, int shard, long attempt) {
    String free =
        IntStream.rangeClosed(1, 9)
            .mapToObj(i -> "node-" + i)
            .filter(id -> extent.shards().stream().noneMatch(one -> one.node().equals(id)))
            .findFirst()
            .orElseThrow();
    SimulatedNodes.Copy copy =
        new SimulatedNodes.Copy(free, new ShardKey(extent.id(), shard, attempt));
    objects.nodes.copy(
        new SimulatedNodes.Copy(extent.shards().get(shard).node(), extent.key(shard)), copy);
    return copy;
  }

  /** The document with this copy in the place of the published one. */
  static ExtentDocument publishing(ExtentDocument extent, SimulatedNodes.Copy copy) {
    List<ExtentDocument.Shard> places = new ArrayList<>(extent.shards());
    places.set(copy.key().shard(), new ExtentDocument.Shard(copy.node(), copy.key().attempt()));
    return extent.repaired(places, Set.of(), false, ExtentDocument.Turn.NONE);
  }

  /** Commit records are raised in the background. */
  void awaitRecords() {
    await().atMost(Duration.ofSeconds(10)).until(() -> objects.nodes.committedRecords() > 0);
  }

  @Override
  public void close() {
    room.sweep().close();
    objects.close();
  }
}
