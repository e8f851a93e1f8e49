package io.mas.node.shard;

import static io.mas.node.shard.Shards.assertHolds;
import static io.mas.node.shard.Shards.assertRefused;
import static io.mas.node.shard.Shards.key;
import static io.mas.node.shard.Shards.put;

import io.mas.common.protocol.NodeError;
import io.mas.node.disk.FileDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real disk. */
final class FileShardStoreTest extends ShardStoreContract {
  @TempDir private Path directory;

  @Override
  ShardStore open() {
    return FileShardStores.open(new FileDisk(directory));
  }

  /**
   * As when it was unmounted: a gateway would have every column written anew elsewhere, and collect
   * what a commit record protects.
   */
  @Test
  void saysOfNothingThatItIsNotThereWhenTheVolumeIsGone(
      @TempDir Path volume, @TempDir Path elsewhere) throws IOException {
    try (ShardStore store = FileShardStores.open(new FileDisk(volume))) {
      put(store, key(1, 1), 0, 1);
      move(volume, elsewhere);
      assertRefused(NodeError.NOT_READY, () -> store.read(key(1, 1), 0, 1));
      assertRefused(NodeError.NOT_READY, () -> store.verify(key(1, 1)));
      assertRefused(NodeError.NOT_READY, () -> store.inventory("", 10));
      assertRefused(NodeError.NOT_READY, () -> store.commits("", 10));
      assertRefused(NodeError.NOT_READY, () -> store.commits(Shards.ORIGIN.hash(), 0));
      move(elsewhere, volume);
      assertHolds(store, key(1, 1), 0, 1);
      assertRefused(NodeError.NOT_FOUND, () -> store.read(key(2, 1), 0, 1));
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.list(from)) {
      for (Path one : all.toList()) {
        Files.move(one, to.resolve(one.getFileName()));
      }
    }
  }
}
