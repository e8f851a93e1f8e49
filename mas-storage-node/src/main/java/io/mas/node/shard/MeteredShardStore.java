package io.mas.node.shard;

import io.mas.common.object.ObjectHash;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.CommitSummary;
import io.mas.common.protocol.Page;
import io.mas.common.protocol.ShardFrame;
import io.mas.common.protocol.StoredColumn;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A store that counts what it does: meters named {@code mas.node.*}, tagged with the node. */
public final class MeteredShardStore implements ShardStore {
  private final ShardStore store;
  private final MeterRegistry registry;
  private final List<Meter> meters = new ArrayList<>();
  private final Counter storedBytes;
  private final Counter readBytes;
  private final Counter puts;
  private final Counter damaged;

  /**
   * @param node value of the tag {@code node}, different for each node of a process
   */
  public MeteredShardStore(ShardStore store, MeterRegistry registry, String node) {
    this.store = store;
    this.registry = registry;
    storedBytes = counter("mas.node.stored", "bytes", "payload bytes put", node);
    readBytes = counter("mas.node.read", "bytes", "payload bytes read", node);
    puts = counter("mas.node.puts", "calls", "puts that were acknowledged", node);
    damaged = counter("mas.node.damaged", "blocks", "blocks found damaged", node);
    meters.add(
        FunctionCounter.builder("mas.node.forces", store, s -> s.status().forces())
            .description("forces of files and directories")
            .tag("node", node)
            .register(registry));
    meters.add(
        Gauge.builder("mas.node.free", store, s -> s.status().freeBytes())
            .description("free space beside the reserve")
            .baseUnit("bytes")
            .tag("node", node)
            .register(registry));
    meters.add(
        Gauge.builder("mas.node.capacity", store, s -> s.status().capacityBytes())
            .description("size of the volume")
            .baseUnit("bytes")
            .tag("node", node)
            .register(registry));
  }

  private Counter counter(String name, String unit, String what, String node) {
    Counter counter =
        Counter.builder(name).baseUnit(unit).description(what).tag("node", node).register(registry);
    meters.add(counter);
    return counter;
  }

  @Override
  public void put(ShardKey key, Origin origin, List<BlockShard> blocks) {
    store.put(key, origin, blocks);
    puts.increment();
    blocks.forEach(block -> storedBytes.increment(block.frame().payloadLength()));
  }

  @Override
  public ShardRead read(ShardKey key, int from, int count) {
    ShardRead read = store.read(key, from, count);
    for (ShardFrame frame : read.frames()) {
      readBytes.increment(frame.payloadLength());
      damaged.increment(frame.status() == ShardFrame.Status.DAMAGED ? 1 : 0);
    }
    return read;
  }

  @Override
  public void inBackground(Use use) throws IOException {
    store.inBackground(use);
  }

  @Override
  public void delete(ShardKey key) {
    store.delete(key);
  }

  @Override
  public Verification verify(ShardKey key) {
    Verification found = store.verify(key);
    damaged.increment(found.damaged().size());
    return found;
  }

  @Override
  public Page<StoredColumn> inventory(String cursor, int limit) {
    return store.inventory(cursor, limit);
  }

  @Override
  public void putCommit(CommitRecord commit) {
    store.putCommit(commit);
  }

  @Override
  public Page<CommitRecord> commits(String cursor, int limit) {
    return store.commits(cursor, limit);
  }

  @Override
  public Page<CommitSummary> commits(ObjectHash file, long above) {
    return store.commits(file, above);
  }

  @Override
  public StoreStatus status() {
    return store.status();
  }

  @Override
  public long checkpoint() {
    return store.checkpoint();
  }

  /** Takes its meters out of the registry: they would outlive it. */
  public void forget() {
    meters.forEach(registry::remove);
  }

  /** Closes the store, which is then forgotten too. */
  @Override
  public void close() {
    forget();
    store.close();
  }
}
