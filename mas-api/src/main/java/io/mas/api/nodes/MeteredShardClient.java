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
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts and times what the gateway asks of the storage nodes: {@code mas_shards_requests_seconds}
 * by operation and result, {@code mas_shards_bytes_total} by direction.
 */
final class MeteredShardClient implements ShardClient {
  private final ShardClient client;
  private final MeterRegistry meters;
  private final Counter written;
  private final Counter read;

  MeteredShardClient(ShardClient client, MeterRegistry meters) {
    this.client = client;
    this.meters = meters;
    this.written = bytes("out");
    this.read = bytes("in");
  }

  private Counter bytes(String direction) {
    return Counter.builder("mas.shards")
        .baseUnit("bytes")
        .tag("direction", direction)
        .description("payload of shards sent to and received from storage nodes")
        .register(meters);
  }

  private interface Request<T extends @Nullable Object> {
    T send() throws NodeException;
  }

  private <T extends @Nullable Object> T timed(String operation, Request<T> request)
      throws NodeException {
    Timer.Sample sample = Timer.start(meters);
    String result = "failed";
    try {
      T answer = request.send();
      result = "ok";
      return answer;
    } catch (NodeException e) {
      result = e.error().map(MeteredShardClient::refusal).orElse("unanswered");
      throw e;
    } finally {
      sample.stop(meters.timer("mas.shards.requests", "operation", operation, "result", result));
    }
  }

  /** A request that the node does not trust stands out: somebody's keys are wrong. */
  private static String refusal(NodeError error) {
    return switch (error) {
      case UNAUTHENTICATED, CLOCK_SKEW -> "unauthenticated";
      default -> "refused";
    };
  }

  @Override
  public void put(Member node, Column column, List<Payload> blocks) throws NodeException {
    timed(
        "put",
        () -> {
          client.put(node, column, blocks);
          return null;
        });
    blocks.forEach(block -> written.increment((double) block.bytes().byteSize()));
  }

  @Override
  public List<ShardFrame> get(
      Member node, ShardKey key, int from, List<MemorySegment> into, Priority priority)
      throws NodeException {
    List<ShardFrame> frames = timed("get", () -> client.get(node, key, from, into, priority));
    frames.forEach(frame -> read.increment(frame.payloadLength()));
    return frames;
  }

  @Override
  public void delete(Member node, ShardKey key) throws NodeException {
    timed(
        "delete",
        () -> {
          client.delete(node, key);
          return null;
        });
  }

  @Override
  public void putCommitRecord(Member node, CommitRecord record) throws NodeException {
    timed(
        "commit-record",
        () -> {
          client.putCommitRecord(node, record);
          return null;
        });
  }

  @Override
  public Page<StoredColumn> inventory(Member node, String cursor, int limit) throws NodeException {
    return timed("inventory", () -> client.inventory(node, cursor, limit));
  }

  @Override
  public Page<CommitRecord> commits(Member node, String cursor, int limit) throws NodeException {
    return timed("commits", () -> client.commits(node, cursor, limit));
  }

  @Override
  public Page<CommitSummary> commits(Member node, ObjectHash file, long above)
      throws NodeException {
    return timed("commits-of-file", () -> client.commits(node, file, above));
  }

  @Override
  public NodeAnnouncement identify(URI address) throws NodeException {
    return timed("identify", () -> client.identify(address));
  }

  @Override
  public void close() {
    client.close();
  }
}
