package io.mas.node.shard;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.common.object.ShardKey;
import io.mas.node.disk.Disk;
import io.mas.node.disk.FaultDisk;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * That the tests of recovery find a store which takes damage in the middle of a column for a torn
 * tail, and cuts the column there: what was acknowledged behind it is gone.
 */
class TruncatedMiddleTest {
  private final FileShardStoreFaultTest truncating = new Truncating();

  /** Cuts every column at its first damage, then opens it. */
  private static final class Truncating extends FileShardStoreFaultTest {
    private static final RecordFormat FORMAT = new RecordFormat(VolumeId.of("cluster-a", "node-1"));

    @Override
    ShardStore open(Disk disk) {
      FaultDisk columns = (FaultDisk) disk;
      for (String path : columns.files()) {
        ShardKey key = ColumnNames.parse(path.substring(path.lastIndexOf('/') + 1));
        if (key != null) {
          byte[] bytes = columns.bytes(path);
          columns.rot(path, Arrays.copyOf(bytes, whole(bytes, key)));
        }
      }
      return super.open(disk);
    }

    /** The length of the records that are whole, from the beginning on. */
    private static int whole(byte[] bytes, ShardKey key) {
      int at = 0;
      while (at + RecordFormat.HEADER_BYTES <= bytes.length) {
        RecordHeader header = FORMAT.decode(ByteBuffer.wrap(bytes).position(at));
        if (header == null || !header.key().equals(key) || at + header.length() > bytes.length) {
          return at;
        }
        at += header.length();
      }
      return at;
    }
  }

  @Test
  void whatIsBehindTheDamageWouldBeGone() {
    assertThatThrownBy(truncating::readsOnBehindDamageInTheMiddleAndNeverCutsIt)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("OK, ABSENT, ABSENT, ABSENT, ABSENT");
    assertThatThrownBy(truncating::keepsAColumnOfWhichNothingCanBeRead)
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(truncating::findsARecordOfAnotherNode).isInstanceOf(AssertionError.class);
  }

  @Test
  void onlyATornTailMayBeCut() {
    assertThatCode(truncating::cutsATailWhereverItIsTorn).doesNotThrowAnyException();
    assertThatCode(truncating::cutsALongTail).doesNotThrowAnyException();
  }
}
