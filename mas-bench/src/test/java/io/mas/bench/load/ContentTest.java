package io.mas.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentTest {
  private static final int MIB = 1 << 20;

  private static byte[] bytes(Content content, long offset, int length) {
    ByteBuffer buffer = ByteBuffer.allocate(length + 8).order(ByteOrder.LITTLE_ENDIAN);
    content.fill(offset, buffer, length);
    return Arrays.copyOf(buffer.array(), length);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anyRangeIsTheSameAsInTheWhole(boolean compressible) {
    Content content = new Content(42, MIB, compressible);
    byte[] whole = bytes(content, 0, MIB);
    assertThat(bytes(content, 4096 + 8, 4099))
        .isEqualTo(Arrays.copyOfRange(whole, 4096 + 8, 4096 + 8 + 4099));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noPageIsTheSameInTwoContents(boolean compressible) {
    byte[] one = bytes(new Content(1, MIB, compressible), 0, MIB);
    byte[] other = bytes(new Content(2, MIB, compressible), 0, MIB);
    for (int page = 0; page < MIB; page += 4096) {
      assertThat(Arrays.copyOfRange(one, page, page + 4096))
          .isNotEqualTo(Arrays.copyOfRange(other, page, page + 4096));
    }
  }

  @Test
  void noiseCannotBeCompressed() {
    assertThat(Zstd.compress(bytes(new Content(1, MIB, false), 0, MIB))).hasSizeGreaterThan(MIB);
  }

  @Test
  void logLinesCan() {
    assertThat(Zstd.compress(bytes(new Content(1, MIB, true), 0, MIB))).hasSizeLessThan(MIB / 4);
  }

  @Test
  void preparedFilesAreTheSameForTheSameSeedAndHaveTheSharesAskedFor() {
    Workload workload =
        new Workload(Workload.Mode.SINGLE, SizeMix.parse("1KiB"), 25, 50, Bytes.MIB);
    List<Content> contents = Preparation.contents(workload, 7, 4 * Bytes.MIB);
    assertThat(contents).hasSize(4096).isEqualTo(Preparation.contents(workload, 7, 4 * Bytes.MIB));
    assertThat(contents.stream().distinct().count()).isBetween(2900L, 3250L);
    assertThat(contents.stream().filter(Content::compressible).count()).isBetween(1800L, 2300L);
  }

  @Test
  void withoutDuplicatesEveryFileIsUnique() {
    Workload workload = new Workload(Workload.Mode.SINGLE, SizeMix.parse("1KiB"), 0, 0, Bytes.MIB);
    List<FileToSend> files = Preparation.files(workload, 1, Bytes.MIB);
    assertThat(files.stream().map(FileToSend::hash)).hasSize(1024).doesNotHaveDuplicates();
  }
}
