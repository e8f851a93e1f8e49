package io.mas.node.shard;

import static io.mas.node.shard.Shards.PAYLOAD;
import static io.mas.node.shard.Shards.assertRefused;
import static io.mas.node.shard.Shards.commit;
import static io.mas.node.shard.Shards.key;
import static io.mas.node.shard.Shards.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.common.protocol.CommitRecord.State;
import io.mas.common.protocol.NodeError;
import io.mas.node.disk.FaultDisk;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * Files of the volume that another version of MAS has written: whole, and not understood. Each is
 * refused by its name and number, and stays as it is, byte for byte.
 */
final class UnknownFormatTest {
  private static final int RECORD = RecordFormat.HEADER_BYTES + PAYLOAD;
  private static final String COLUMN = ColumnNames.path(key(1, 1));

  private final FaultDisk disk = new FaultDisk();
  private ShardStore store = open();

  private ShardStore open() {
    return FileShardStores.open(disk);
  }

  private void restart(String path, byte[] rewritten) {
    store.close();
    disk.rot(path, rewritten);
    store = open();
  }

  private static void assertUnknown(String what, ThrowingCallable call) {
    assertRefused(NodeError.IO_ERROR, call);
    assertThatThrownBy(call)
        .hasMessageContaining(what)
        .hasMessageContaining("start the build that");
  }

  @Test
  void aShardRecordOfANewerFormat() {
    put(store, key(1, 1), 0, 2);
    byte[] column = disk.bytes(COLUMN);
    column[RECORD + 8] = 2;
    assertColumnRefused(column, "a record of format 2, this build knows format 1");
  }

  /**
   * A checksum that fits says that somebody meant it: no damage, and nothing to be written over.
   */
  @Test
  void aShardRecordWithACodecThatIsNotKnown() {
    put(store, key(1, 1), 0, 2);
    byte[] column = disk.bytes(COLUMN);
    column[RECORD + 111] = 9;
    assertColumnRefused(column, "a record of format 1 with codec 9, expected 1 or 2");
  }

  private void assertColumnRefused(byte[] column, String what) {
    ByteBuffer bytes = ByteBuffer.wrap(column).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(RECORD + 156, RecordFormat.crc(bytes.slice(RECORD, 156)));
    restart(COLUMN, column);
    assertUnknown(what, () -> store.read(key(1, 1), 0, 1));
    assertUnknown(what, () -> store.verify(key(1, 1)));
    assertUnknown(what, () -> put(store, key(1, 1), 0, 2));
    assertUnknown(what, () -> put(store, key(1, 1), 2, 1));
    assertUnknown(key(1, 1).toString(), () -> store.read(key(1, 1), 0, 1));
    assertThat(disk.bytes(COLUMN)).isEqualTo(column);
    put(store, key(1, 2), 0, 1); // others are not touched by it
  }

  @Test
  void aCommitRecordOfANewerFormat() {
    store.putCommit(commit(1, State.PREPARED, "a"));
    String path =
        disk.files().stream().filter(f -> f.startsWith("commits")).findAny().orElseThrow();
    ByteBuffer file = ByteBuffer.wrap(disk.bytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] json = new byte[file.getInt(8)];
    file.get(48, json);
    // A state that this build does not know either: the format is what is told.
    String newer =
        new String(json, StandardCharsets.UTF_8)
            .replace("\"format\":1", "\"format\":2")
            .replace("PREPARED", "REPLACED");
    file.put(48, newer.getBytes(StandardCharsets.UTF_8));
    file.putInt(12, RecordFormat.crc(file.slice(48, json.length)));
    restart(path, file.array());
    String what = "commit record '%s' is whole, but of format 2, this build knows format 1";
    assertUnknown(what.formatted(path), () -> store.commits("", ShardStore.MAX_PAGE));
    assertUnknown(what.formatted(path), () -> store.putCommit(commit(1, State.COMMITTED, "a")));
    assertUnknown(what.formatted(path), () -> store.putCommit(commit(1, State.COMMITTED, "b")));
    assertThat(disk.bytes(path)).isEqualTo(file.array());
  }

  @Test
  void aDeletedFileInANewerFormat() {
    store.putCommit(commit(1, State.DELETED, "a"));
    String path =
        disk.files().stream().filter(f -> f.startsWith("commits")).findAny().orElseThrow();
    ByteBuffer file = ByteBuffer.wrap(disk.bytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    file.put(6, (byte) '2');
    file.putInt(60, RecordFormat.crc(file.slice(0, 60)));
    restart(path, file.array());
    String what = "a row of deleted files is of format '2', this build knows format '1'";
    assertUnknown(what, () -> store.commits("", ShardStore.MAX_PAGE));
    assertUnknown(what, () -> store.commits(commit(1, State.DELETED, "a").hash(), 0));
  }

  /** To start with an empty directory, as after damage, would throw the shards away. */
  @Test
  void aSequenceOfANewerFormat() {
    put(store, key(1, 1), 0, 2);
    store.close();
    ByteBuffer file = ByteBuffer.wrap(disk.bytes(LogSequence.PATH)).order(ByteOrder.LITTLE_ENDIAN);
    file.put(6, (byte) '2');
    file.putInt(24, RecordFormat.crc(file.slice(0, 24)));
    disk.rot(LogSequence.PATH, file.array());
    byte[] column = disk.bytes(COLUMN);
    assertUnknown("file 'sequence' is of format '2', this build knows format '1'", this::open);
    assertThat(disk.bytes(LogSequence.PATH)).isEqualTo(file.array());
    assertThat(disk.bytes(COLUMN)).isEqualTo(column);
  }
}
