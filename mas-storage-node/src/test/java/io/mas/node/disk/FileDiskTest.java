package io.mas.node.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
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
}
