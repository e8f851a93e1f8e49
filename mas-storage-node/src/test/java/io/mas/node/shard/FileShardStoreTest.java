package io.mas.node.shard;

import io.mas.node.disk.FileDisk;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real disk. */
final class FileShardStoreTest extends ShardStoreContract {
  @TempDir private Path directory;

  @Override
  ShardStore open() {
    return FileShardStores.open(new FileDisk(directory));
  }
}
