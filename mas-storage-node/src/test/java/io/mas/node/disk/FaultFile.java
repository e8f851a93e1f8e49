package io.mas.node.disk;

import io.mas.node.disk.FaultDisk.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/** An open file of a {@link FaultDisk}. */
final class FaultFile implements DiskFile {
  /** What a disk writes whole or not at all, bytes. */
  private static final int SECTOR = 512;

  private final FaultDisk disk;
  private final String path;
  private final Inode inode;

  FaultFile(FaultDisk disk, String path, Inode inode) {
    this.disk = disk;
    this.path = path;
    this.inode = inode;
  }

  /** A write, or a cut: what content becomes by it. */
  private interface Change extends UnaryOperator<byte[]> {
    static Change write(int at, byte[] bytes) {
      return content -> {
        byte[] result = Arrays.copyOf(content, Math.max(content.length, at + bytes.length));
        System.arraycopy(bytes, 0, result, at, bytes.length);
        return result;
      };
    }

    static Change cut(int length) {
      return content -> Arrays.copyOf(content, length);
    }
  }

  /** A file or directory, whatever its name. Guarded by the disk. */
  static final class Inode {
    final boolean directory;
    byte[] current = new byte[0];
    private byte[] forced = new byte[0];
    private final List<Change> pending = new ArrayList<>();

    Inode(boolean directory) {
      this.directory = directory;
    }

    void become(byte[] bytes) {
      current = bytes.clone();
      forced = bytes.clone();
      pending.clear();
    }

    private void change(Change change) {
      current = change.apply(current);
      pending.add(change);
    }

    private void force() {
      pending.forEach(change -> forced = change.apply(forced));
      pending.clear();
    }

    Inode afterCrash(Random random, double chance) {
      byte[] content = forced;
      for (Change change : pending) {
        if (random.nextDouble() < chance) {
          content = change.apply(content);
        }
      }
      Inode copy = new Inode(directory);
      copy.become(content);
      return copy;
    }
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    synchronized (disk) {
      int length = (int) Math.min(target.remaining(), inode.current.length - position);
      if (length <= 0) {
        return 0;
      }
      disk.reading(path, position, position + length);
      target.put(inode.current, (int) position, length);
      return length;
    }
  }

  /** Sector by sector, so that a crash can keep any of them. */
  @Override
  public void write(ByteBuffer source, long position) throws IOException {
    synchronized (disk) {
      byte[] bytes = new byte[source.remaining()];
      source.get(bytes);
      int done = 0;
      try {
        disk.operation(Kind.WRITE, path);
        done = bytes.length;
      } catch (IOException e) {
        done = bytes.length / 2;
        throw e;
      } finally {
        for (int at = 0; at < done; at += SECTOR) {
          byte[] sector = Arrays.copyOfRange(bytes, at, Math.min(done, at + SECTOR));
          inode.change(Change.write((int) position + at, sector));
        }
      }
    }
  }

  @Override
  public void force() throws IOException {
    synchronized (disk) {
      try {
        disk.operation(Kind.FORCE, path);
      } catch (IOException e) {
        inode.pending.clear();
        throw e;
      }
      if (!disk.liesAboutForces()) {
        inode.force();
      }
    }
  }

  @Override
  public void truncate(long length) throws IOException {
    synchronized (disk) {
      disk.operation(Kind.TRUNCATE, path);
      inode.change(Change.cut((int) length));
    }
  }

  @Override
  public long size() {
    synchronized (disk) {
      return inode.current.length;
    }
  }

  @Override
  public void close() {}
}
