package io.mas.api.upload;

import io.mas.api.nodes.Member;
import io.mas.api.nodes.NodeException;
import io.mas.api.nodes.ShardClient;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.cluster.NodeState;
import io.mas.common.object.PartId;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.ShardFrame;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Storage nodes in memory, with the promises of real ones. Thread-safe. */
final class SimulatedNodes implements ShardClient {
  private final Map<Copy, Map<Integer, Stored>> copies = new ConcurrentHashMap<>();

  private record Copy(String node, ShardKey key) {}

  private record Stored(ShardFrame frame, List<Byte> bytes) {}

  /** What {@code count} nodes of a cluster say of themselves. */
  static List<NodeAnnouncement> announcements(String clusterId, int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(
            i ->
                new NodeAnnouncement(
                    new NodeIdentity(clusterId, "node-" + i, 1, "boot-" + i),
                    1,
                    0,
                    URI.create("http://127.0.0.1:" + i),
                    "node-" + i,
                    "host-" + i,
                    "zone",
                    1L << 40,
                    1L << 40,
                    NodeState.UP))
        .toList();
  }

  /** Whether the copy is there. */
  boolean has(String node, ShardKey key) {
    return copies.containsKey(new Copy(node, key));
  }

  /** Parts of which there is any shard. */
  Set<PartId> parts() {
    return copies.keySet().stream()
        .map(copy -> copy.key().extent().part())
        .collect(Collectors.toSet());
  }

  @Override
  public void put(Member node, Column column, List<Payload> blocks) {
    Map<Integer, Stored> stored =
        copies.computeIfAbsent(
            new Copy(node.id(), column.key()), copy -> new ConcurrentHashMap<>());
    for (Payload block : blocks) {
      byte[] bytes = block.bytes().toArray(ValueLayout.JAVA_BYTE);
      stored.put(block.frame().block(), new Stored(block.frame(), boxed(bytes)));
    }
  }

  private static List<Byte> boxed(byte[] bytes) {
    return IntStream.range(0, bytes.length).mapToObj(i -> bytes[i]).toList();
  }

  @Override
  public ShardFrame get(Member node, ShardKey key, int block, MemorySegment into)
      throws NodeException {
    Map<Integer, Stored> stored = copies.get(new Copy(node.id(), key));
    if (stored == null) {
      throw new NodeException(NodeError.NOT_FOUND, "no copy " + key);
    }
    Stored one = Objects.requireNonNull(stored.get(block));
    for (int i = 0; i < one.bytes().size(); i++) {
      into.set(ValueLayout.JAVA_BYTE, i, one.bytes().get(i));
    }
    return one.frame();
  }

  @Override
  public void delete(Member node, ShardKey key) {
    copies.remove(new Copy(node.id(), key));
  }

  @Override
  public void putCommitRecord(Member node, CommitRecord record) {}

  @Override
  public NodeAnnouncement identify(URI address) throws NodeException {
    throw new NodeException("simulated nodes are not asked", null);
  }

  @Override
  public void close() {}
}
