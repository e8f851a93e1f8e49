package io.mas.node.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.common.object.BlockEntry;
import io.mas.common.object.Compression;
import io.mas.common.object.ExtentId;
import io.mas.common.object.Layout;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import io.mas.common.object.ShardKey;
import io.mas.common.protocol.CommitRecord;
import io.mas.common.protocol.CommitRecord.State;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.ShardFrame;
import io.mas.common.protocol.ShardFrame.Status;
import io.mas.node.shard.ShardStore.Origin;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Shards for tests: small, different for each column and block, and always the same. */
final class Shards {
  static final Origin ORIGIN =
      new Origin(new ObjectHash("5a".repeat(32)), new Layout(2, 1, 4096, 1));
  static final int PAYLOAD = 512;

  private Shards() {}

  static ShardKey key(int part, long attempt) {
    return new ShardKey(new ExtentId(new PartId(part, part * 31L), 0), 1, attempt);
  }

  /** The bytes of a block of a column, in one of several versions. */
  static BlockShard block(ShardKey key, int block, int version) {
    byte[] payload = new byte[PAYLOAD];
    new Random(key.hashCode() * 31L + block * 7L + version).nextBytes(payload);
    ByteBuffer bytes = ByteBuffer.wrap(payload);
    BlockEntry entry = new BlockEntry(2000, 1000, Compression.ZSTD, block + version);
    int crc = RecordFormat.crc(bytes);
    return new BlockShard(ShardFrame.ok(block, entry, PAYLOAD, crc), bytes);
  }

  static List<BlockShard> blocks(ShardKey key, int from, int count) {
    List<BlockShard> blocks = new ArrayList<>();
    for (int block = from; block < from + count; block++) {
      blocks.add(block(key, block, 0));
    }
    return blocks;
  }

  static void put(ShardStore store, ShardKey key, int from, int count) {
    store.put(key, ORIGIN, blocks(key, from, count));
  }

  /**
   * What became of each block of a range. Whatever is given out must be what was put: this is the
   * assertion that all tests of damage and crashes share.
   */
  static List<Status> read(ShardStore store, ShardKey key, int from, int count) {
    try (ShardRead read = store.read(key, from, count)) {
      List<ShardFrame> frames = read.frames();
      for (int i = 0; i < count; i++) {
        if (frames.get(i).status() == Status.OK) {
          BlockShard expected = block(key, from + i, 0);
          assertThat(frames.get(i)).isEqualTo(expected.frame());
          assertThat(read.payload(i)).isEqualTo(expected.payload());
        }
        assertThat(frames.get(i).block()).isEqualTo(from + i);
      }
      return frames.stream().map(ShardFrame::status).toList();
    }
  }

  static void assertHolds(ShardStore store, ShardKey key, int from, int count) {
    assertThat(read(store, key, from, count))
        .as("%s, %d blocks from %d", key, count, from)
        .containsOnly(Status.OK);
  }

  static void assertRefused(NodeError error, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ShardStoreException.class, e -> assertThat(e.error()).isEqualTo(error));
  }

  static CommitRecord commit(int version, State state, String part) {
    return new CommitRecord(
        1,
        ORIGIN.hash(),
        version,
        state,
        12,
        "a\u00fc\ud83d\ude00.txt",
        1234,
        List.of(new CommitRecord.Part(12, part.repeat(32))));
  }

  static List<CommitRecord> commits(ShardStore store) {
    return store.commits("", ShardStore.MAX_PAGE).rows();
  }
}
