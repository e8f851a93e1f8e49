package io.mas.standalone.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of 256 MiB, on a loop device, that a storage node of a container has alone. */
final class SmallDisk implements AutoCloseable {
  /** What is left when it is full: a few columns, less than the node keeps free. */
  private static final long LEFT_BYTES = 2_000_000;

  private final Shell shell = Shell.inRepository();
  private final Path mounted;
  private final Path filler;

  /** Makes and mounts it; the caller closes it. */
  SmallDisk(Path directory) {
    Path image = directory.resolve("disk.img");
    mounted = directory.resolve("disk");
    filler = mounted.resolve("filler");
    shell.run("truncate", "-s", "256M", image.toString());
    shell.run("mkfs.ext4", "-q", "-m", "0", image.toString());
    shell.run("mkdir", mounted.toString());
    shell.run("mount", "-o", "loop", image.toString(), mounted.toString());
    shell.run("chown", "10001:10001", mounted.toString());
  }

  /** Where it is mounted on this machine. */
  Path mounted() {
    return mounted;
  }

  /** Fills it, but for 2 MB. */
  void fill() {
    shell.run("fallocate", "-l", "" + (freeBytes() - LEFT_BYTES), filler.toString());
  }

  /** Takes away what {@link #fill} has put there. */
  void free() {
    try {
      Files.deleteIfExists(filler);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bytes that are free. */
  long freeBytes() {
    try {
      return Files.getFileStore(mounted).getUsableSpace();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    shell.run("umount", mounted.toString());
  }
}
