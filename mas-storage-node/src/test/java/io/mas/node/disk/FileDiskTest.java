package io.mas.node.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the store's tests, which are those of the disk too, do not reach. */
class FileDiskTest {
  @TempDir Path directory;

  /**
   * A file that nobody may write, not even root, as on a file system that has become read-only: the
   * program that runs this test.
   */
  @Test
  void whatCannotBeWrittenCanBeRead() throws IOException {
    Path program = Path.of(ProcessHandle.current().info().command().orElseThrow());
    Files.createSymbolicLink(directory.resolve("program"), program.toRealPath());
    FileDisk disk = new FileDisk(directory);
    assertThatThrownBy(() -> disk.open("program")).isInstanceOf(IOException.class);
    try (DiskFile file = Objects.requireNonNull(disk.openToRead("program"))) {
      ByteBuffer bytes = ByteBuffer.allocate(4);
      assertThat(file.read(bytes, 0)).isEqualTo(4);
      assertThat(bytes.array()).containsExactly(0x7f, 'E', 'L', 'F');
    }
    assertThat(disk.openToRead("no-such-file")).isNull();
  }

  @Test
  void theTextsOfErrorsAreKnownWhereTestsRun() {
    assertThat(FileDisk.errorOf(directory)).contains(FileDisk.IS_A_DIRECTORY);
  }

  /** From the device, at any place of it, as it is now. */
  @Test
  void whatIsReadPastTheCacheIsTheSame() throws IOException {
    FileDisk disk = new FileDisk(directory);
    byte[] content = new byte[10_000];
    new Random(1).nextBytes(content);
    try (DiskFile file = disk.create("file")) {
      file.write(ByteBuffer.wrap(content), 0);
      file.force();
    }
    try (DiskFile file = Objects.requireNonNull(disk.openPastCache("file"))) {
      assertThat(file.size()).isEqualTo(10_000);
      for (int from : new int[] {0, 1, 4095, 4096, 4097, 9_999, 10_000}) {
        ByteBuffer bytes = ByteBuffer.allocate(5_000);
        int left = Math.clamp(10_000 - from, 0, 5_000);
        assertThat(file.read(bytes, from)).as("from %d", from).isEqualTo(left);
        assertThat(Arrays.copyOf(bytes.array(), left))
            .isEqualTo(Arrays.copyOfRange(content, from, from + left));
      }
    }
    assertThat(disk.openPastCache("no-such-file")).isNull();
  }
}
