package io.mas.api.nodes;

import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.CommitSummary;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.Page;
import io.mas.common.protocol.Priority;
import io.mas.common.protocol.ShardFrame;
import io.mas.common.protocol.StoredColumn;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** Nodes that say who they are, at once or when the test lets them, that they start, or nothing. */
final class Identities implements ShardClient {
  final Map<URI, NodeAnnouncement> at = new ConcurrentHashMap<>();
  final Set<URI> starting = ConcurrentHashMap.newKeySet();
  final AtomicLong asked = new AtomicLong();
  private volatile CountDownLatch held = new CountDownLatch(0);

  /** From now on who is asked does not answer until {@link #release}. */
  void hold() {
    held = new CountDownLatch(1);
  }

  void release() {
    held.countDown();
  }

  @Override
  public NodeAnnouncement identify(URI address) throws NodeException {
    asked.incrementAndGet();
    try {
      held.await();
    } catch (InterruptedException e) {
      throw new NodeException("interrupted", e);
    }
    if (starting.contains(address)) {
      throw new NodeException(NodeError.NOT_READY, "the node is still starting");
    }
    NodeAnnouncement answer = at.get(address);
    if (answer == null) {
      throw SimulatedNodes.silence(address.toString());
    }
    return answer;
  }

  @Override
  public void put(Member node, Column column, List<Payload> blocks) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<ShardFrame> get(
      Member node, ShardKey key, int from, List<MemorySegment> into, Priority priority) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void delete(Member node, ShardKey key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void putCommitRecord(Member node, CommitRecord record) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Page<StoredColumn> inventory(Member node, String cursor, int limit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Page<CommitRecord> commits(Member node, String cursor, int limit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Page<CommitSummary> commits(Member node, ObjectHash file, long above) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
