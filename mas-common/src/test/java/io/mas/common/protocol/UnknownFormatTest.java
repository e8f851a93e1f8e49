package io.mas.common.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mas.common.object.BlockEntry;
import io.mas.common.object.Compression;
import io.mas.common.object.ObjectHash;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What another version of MAS may send. */
class UnknownFormatTest {

  private static byte[] frame() {
    ByteBuffer frame = ByteBuffer.allocate(ShardFrame.BYTES);
    ShardFrame.ok(1, new BlockEntry(5, 5, Compression.RAW, 2), 512, 3).writeTo(frame);
    return frame.array();
  }

  @Test
  void aFrameOfAnotherFormatIsRefused() {
    byte[] frame = frame();
    assertThat(ShardFrame.readFrom(ByteBuffer.wrap(frame)).block()).isEqualTo(1);
    frame[3] = '2';
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ShardFrame.readFrom(ByteBuffer.wrap(frame)))
        .withMessage("not a shard frame of format 1: magic 3246534d, expected 3146534d");
  }

  @Test
  void aFrameWithAnUnknownStatusOrCompressionIsRefused() {
    byte[] status = frame();
    status[17] = 3;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ShardFrame.readFrom(ByteBuffer.wrap(status)))
        .withMessage("status 3 of a shard frame, expected 0 to 2");
    byte[] compression = frame();
    compression[16] = 2;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ShardFrame.readFrom(ByteBuffer.wrap(compression)))
        .withMessage("compression 2, expected 0 (raw) or 1 (zstd)");
  }

  @Test
  void aCommitRecordOfAnotherFormatIsRefused() {
    ObjectHash hash = new ObjectHash("ab".repeat(32));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new CommitRecord(2, hash, 1, CommitRecord.State.PREPARED, 0, "", 0, List.of()))
        .withMessage("commit record of format 2, this version of MAS knows 1: upgrade MAS");
  }
}
