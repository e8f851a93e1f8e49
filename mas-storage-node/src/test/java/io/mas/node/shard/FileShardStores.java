package io.mas.node.shard;

import io.mas.common.thread.LowPriority;
import io.mas.node.disk.Disk;
import io.mas.node.disk.DiskThreads;
import io.mas.node.disk.DurableFiles;

/** Opens file stores for tests, all on the same few threads. */
final class FileShardStores {
  private static final DiskThreads THREADS =
      new DiskThreads("test", 8, LowPriority.threads("test-background-"));
  static final StoreSettings SETTINGS = new StoreSettings("cluster-a", "node-1", 1000, 2000);

  private FileShardStores() {}

  static ShardStore open(Disk disk) {
    return open(new DurableFiles(disk));
  }

  static ShardStore open(DurableFiles files) {
    return FileShardStore.open(files, THREADS, SETTINGS);
  }
}
