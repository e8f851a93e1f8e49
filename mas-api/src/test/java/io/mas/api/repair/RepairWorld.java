package io.mas.api.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.Nodes;
import io.mas.api.nodes.ShardClient;
import io.mas.api.nodes.SimulatedNodes;
import io.mas.api.nodes.SimulatedNodes.Copy;
import io.mas.api.object.ObjectRoom;
import io.mas.api.object.ObjectWorld;
import io.mas.common.object.ExtentId;
import io.mas.common.object.ShardKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.springframework.util.unit.DataSize;

/**
 * Repair workers on simulated nodes and real embedded metadata. Knows the bytes of every shard as
 * they were stored, so that it can tell whether all of them are there again.
 */
final class RepairWorld implements AutoCloseable {
  static final int BLOCK = ObjectWorld.BLOCK;
  static final Duration LEASE = Duration.ofSeconds(30);

  final MetadataStore store;
  final ObjectWorld objects;
  final SimulatedNodes nodes;
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Map<Place, byte[]> stored = new HashMap<>();
  private final List<RepairRoom> rooms = new ArrayList<>();

  /** One shard of one block, wherever it is. */
  private record Place(ExtentId extent, int shard, int block) {}

  RepairWorld(Path directory, ObjectWorld.Shape shape) {
    this.store = RocksMetadataStore.open(directory.resolve("metadata"));
    this.objects = new ObjectWorld(store, shape);
    this.nodes = objects.nodes;
  }

  static RepairProperties properties(int parallel) {
    return properties(parallel, Duration.ofMillis(5));
  }

  static RepairProperties properties(int parallel, Duration sweepEvery) {
    DataSize unlimited = DataSize.ofTerabytes(1);
    return new RepairProperties(
        parallel,
        sweepEvery,
        LEASE,
        Duration.ofSeconds(1),
        Duration.ofMinutes(1),
        unlimited,
        unlimited);
  }

  /** A worker of this process. */
  RepairWorker worker(Set<RepairRule> rules) {
    return worker(store, nodes, rules, 2);
  }

  /** A worker that sees the metadata and the nodes in its own way. */
  RepairWorker worker(
      MetadataStore metadata, ShardClient client, Set<RepairRule> rules, int parallel) {
    return room(metadata, client, rules, properties(parallel)).worker();
  }

  RepairRoom room(
      MetadataStore metadata,
      ShardClient client,
      Set<RepairRule> rules,
      RepairProperties properties) {
    ObjectRoom.Outside usual = objects.outside;
    RepairRoom room =
        new RepairRoom(
            new ObjectRoom.Outside(
                metadata,
                new Nodes(usual.nodes().view(), usual.nodes().placement(), client),
                usual.blocks(),
                usual.clock(),
                new Random(System.nanoTime()),
                meters,
                () -> {}),
            new RepairRoom.Settings(properties, Duration.ofSeconds(20), 3, rules));
    rooms.add(room);
    return room;
  }

  /** Stores a file and remembers its shards. */
  FileDocument store(byte[]... pieces) {
    FileDocument file = objects.store(pieces);
    extents(file).forEach(this::remember);
    return file;
  }

  private void remember(ExtentDocument extent) {
    for (int shard = 0; shard < extent.shards().size(); shard++) {
      for (int block = 0; block < extent.blocks().size(); block++) {
        byte[] bytes = nodes.bytes(copy(extent, shard), block);
        assertThat(bytes).isNotNull();
        stored.put(new Place(extent.id(), shard, block), bytes);
      }
    }
  }

  List<ExtentDocument> extents(FileDocument file) {
    return file.parts().stream().flatMap(part -> objects.extents(part.id()).stream()).toList();
  }

  ExtentDocument first(FileDocument file) {
    return extents(file).getFirst();
  }

  ExtentDocument now(ExtentDocument extent) {
    return store.extent(extent.id(), Concern.LINEARIZABLE).orElseThrow();
  }

  static Copy copy(ExtentDocument extent, int shard) {
    return new Copy(extent.shards().get(shard).node(), extent.key(shard));
  }

  /** Evidence comes in. */
  ExtentDocument lacks(ExtentDocument extent, Missing... missing) {
    ExtentDocument next = now(extent).withMissing(Set.of(missing), objects.time.get());
    assertThat(store.compareAndSetExtent(next)).isEqualTo(WriteOutcome.APPLIED);
    return next;
  }

  /** A column is lost, and that is known. */
  void loseColumn(ExtentDocument extent, int shard) {
    Copy copy = copy(now(extent), shard);
    nodes.lose(copy.node(), copy.key());
    lacks(extent, new Missing(shard, Missing.ALL));
  }

  /** A shard of a block is damaged, and that is known. */
  void damage(ExtentDocument extent, int shard, int block) {
    nodes.damage(extent.id(), shard, block);
    lacks(extent, new Missing(shard, block));
  }

  /** From now on the node does not answer. */
  void silence(String silent) {
    nodes.fail(
        (operation, node, key) -> {
          if (node.equals(silent)) {
            throw SimulatedNodes.silence(node);
          }
        });
  }

  /** One look, and all that comes of it. */
  void sweep(RepairWorker worker) {
    try {
      worker.sweep();
      worker.awaitIdle();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Looks again and again, as time goes by, until nothing is due for half an hour. */
  void repair(RepairWorker worker) {
    for (int i = 0; i < 60; i++) {
      sweep(worker);
      objects.time.addAndGet(LEASE.toMillis() + 1000);
    }
  }

  /** Every shard is where the document says, byte for byte what was stored. */
  void assertWhole(FileDocument file) {
    for (ExtentDocument extent : extents(file)) {
      assertThat(extent.missing()).as("%s", extent.id()).isEmpty();
      assertThat(wrong(extent)).isEmpty();
      assertSpread(extent);
    }
  }

  /** Shards that are not there, or not what was stored. */
  List<Missing> wrong(ExtentDocument extent) {
    List<Missing> wrong = new ArrayList<>();
    for (int shard = 0; shard < extent.shards().size(); shard++) {
      for (int block = 0; block < extent.blocks().size(); block++) {
        byte[] bytes = nodes.bytes(copy(extent, shard), block);
        byte[] right = stored.get(new Place(extent.id(), shard, block));
        if (bytes == null || !Arrays.equals(bytes, right)) {
          wrong.add(new Missing(shard, block));
        }
      }
    }
    return wrong;
  }

  /** Any one node may fail. */
  static void assertSpread(ExtentDocument extent) {
    Map<String, Long> perNode =
        extent.shards().stream()
            .collect(Collectors.groupingBy(ExtentDocument.Shard::node, Collectors.counting()));
    assertThat(perNode.values())
        .as("%s", extent.shards())
        .allMatch(shards -> shards <= extent.layout().m());
    assertThat(extent.belowIdeal()).isEqualTo(perNode.size() < extent.shards().size());
  }

  /** Copies that no document names. */
  Set<Copy> unnamed(FileDocument file) {
    Set<Copy> named =
        extents(file).stream()
            .flatMap(
                extent ->
                    IntStream.range(0, extent.shards().size())
                        .mapToObj(shard -> copy(extent, shard)))
            .collect(Collectors.toSet());
    return nodes.copies().stream()
        .filter(copy -> !named.contains(copy))
        .collect(Collectors.toSet());
  }

  /** Of the extents of a file, the attempts that are published. */
  static Set<ShardKey> keys(ExtentDocument extent) {
    return IntStream.range(0, extent.shards().size())
        .mapToObj(extent::key)
        .collect(Collectors.toSet());
  }

  double count(String name) {
    return meters.get(name).counter().count();
  }

  @Override
  public void close() {
    rooms.forEach(
        room -> {
          room.worker().close();
          room.note().close();
        });
    objects.close();
    store.close();
  }
}
