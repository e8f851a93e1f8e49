package io.mas.node;

import io.mas.common.cluster.NodeIdentity;
import io.mas.common.cluster.NodeState;
import io.mas.common.thread.LowPriority;
import io.mas.node.disk.DiskThreads;
import io.mas.node.disk.DurableFiles;
import io.mas.node.disk.FileDisk;
import io.mas.node.membership.IdentityFile;
import io.mas.node.membership.NodeStartException;
import io.mas.node.membership.Volume;
import io.mas.node.membership.VolumeLock;
import io.mas.node.shard.FileShardStore;
import io.mas.node.shard.MeteredShardStore;
import io.mas.node.shard.ShardStore;
import io.mas.node.shard.ShardStoreException;
import io.mas.node.shard.StoreSettings;
import io.mas.node.shard.StoreStatus;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The volume of a running node: locked, in a new life, its store open. */
final class NodeVolume implements Volume, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(NodeVolume.class);

  private final VolumeLock lock;
  private final DiskThreads threads;
  private final IdentityFile file;
  private final NodeIdentity identity;
  private final String name;
  private final MeteredShardStore store;
  private volatile boolean dead;

  private NodeVolume(
      VolumeLock lock, DiskThreads threads, Begun begun, String name, MeteredShardStore store) {
    this.lock = lock;
    this.threads = threads;
    this.file = begun.file;
    this.identity = begun.identity;
    this.name = name;
    this.store = store;
  }

  /** A life, and the file that says so. */
  private record Begun(IdentityFile file, NodeIdentity identity) {}

  /**
   * Opens a volume.
   *
   * @throws NodeStartException if it cannot be used
   */
  static NodeVolume open(
      StorageNodeProperties settings, MeterRegistry meters, RandomGenerator random) {
    VolumeLock lock = VolumeLock.take(settings.data());
    DiskThreads threads =
        new DiskThreads("node", settings.diskThreads(), LowPriority.threads("node-background-"));
    try {
      requireKnownErrors(settings.data());
      DurableFiles files = new DurableFiles(new FileDisk(settings.data()));
      IdentityFile file = new IdentityFile(files, random);
      NodeIdentity identity = file.begin(settings.clusterId());
      ShardStore store = openStore(settings, files, threads, identity);
      log.info("{} begins on '{}'", identity, settings.data());
      String name = settings.process().isEmpty() ? identity.nodeId() : settings.process();
      return new NodeVolume(
          lock,
          threads,
          new Begun(file, identity),
          name,
          new MeteredShardStore(store, meters, name));
    } catch (RuntimeException e) {
      threads.close();
      lock.close();
      throw e;
    }
  }

  private static void requireKnownErrors(Path directory) {
    String said = FileDisk.errorOf(directory);
    if (!said.contains(FileDisk.IS_A_DIRECTORY)) {
      throw new NodeStartException(
          "The system says '%s' where '%s' is expected, so a full disk would not be known for one."
              .formatted(said, FileDisk.IS_A_DIRECTORY),
          "Start the node with LC_ALL=C.UTF-8 in its environment.");
    }
  }

  private static ShardStore openStore(
      StorageNodeProperties settings,
      DurableFiles files,
      DiskThreads threads,
      NodeIdentity identity) {
    try {
      return FileShardStore.open(
          files,
          threads,
          new StoreSettings(
              identity.clusterId(),
              identity.nodeId(),
              settings.reserve().toBytes(),
              settings.cachedBlocks()));
    } catch (ShardStoreException e) {
      throw new NodeStartException(
          "The data directory '%s' cannot be opened: %s."
              .formatted(settings.data(), e.getMessage()),
          "Look at the disk and at the directory's permissions.",
          e);
    }
  }

  NodeIdentity identity() {
    return identity;
  }

  /** What the node is called in metrics. */
  String name() {
    return name;
  }

  ShardStore store() {
    return store;
  }

  @Override
  public State state() {
    if (dead) {
      throw new IllegalStateException("the volume is gone, or its disk is dead");
    }
    StoreStatus status = store.status();
    NodeState state = status.takesWrites() ? NodeState.UP : NodeState.READ_ONLY;
    return new State(status.capacityBytes(), status.freeBytes(), state);
  }

  @Override
  public long announcedSequence() {
    return store.checkpoint();
  }

  @Override
  public void giveUp() {
    dead = true;
  }

  @Override
  public Sight look() {
    return file.look();
  }

  @Override
  public void close() {
    try {
      if (dead) {
        store.forget();
      } else {
        store.close();
      }
    } finally {
      threads.close();
      lock.close();
    }
  }
}
