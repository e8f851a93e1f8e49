package io.mas.node.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.node.disk.FaultDisk.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What the store's tests, which have no clock, do not reach. */
class DurableFilesTest {
  private final FaultDisk disk = new FaultDisk();
  private final AtomicLong nanos = new AtomicLong(7);
  private final DurableFiles files = new DurableFiles(disk, nanos::get);

  private void write() throws IOException {
    files.replace("file", file -> file.write(ByteBuffer.allocate(1), 0));
  }

  /** Room may come from outside: one that is never sent anything would never know. */
  @Test
  void aVolumeThatHadNoRoomIsTriedAgainAfterAMinute() throws IOException {
    files.prepare();
    disk.onEach(
        (_, kind, _) -> {
          if (kind == Kind.CREATE) {
            throw new DiskFullException("the volume is full");
          }
        });
    assertThatThrownBy(this::write).isInstanceOf(DiskFullException.class);
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(59));
    assertThat(files.full()).isTrue();
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertThat(files.full()).isFalse();
    assertThatThrownBy(this::write).isInstanceOf(DiskFullException.class);
    assertThat(files.full()).isTrue();
    disk.onEach((_, _, _) -> {});
    write();
    assertThat(files.full()).isFalse();
  }

  /** The kernel tells of an error once: whoever was not told must not acknowledge either. */
  @Test
  void nothingIsDoneWhenAnotherForceHasFailedMeanwhile() throws IOException {
    files.prepare();
    write();
    assertThatThrownBy(() -> files.replace("file", _ -> failAnotherForce()))
        .isInstanceOf(ForceFailedException.class)
        .hasMessageContaining("file");
    assertThat(files.failed()).isTrue();
  }

  private void failAnotherForce() {
    disk.onEach(
        (_, _, path) -> {
          throw new IOException("Input/output error: " + path);
        });
    assertThatThrownBy(() -> files.forceDirectory("other"))
        .isInstanceOf(ForceFailedException.class);
    disk.onEach((_, _, _) -> {});
  }
}
