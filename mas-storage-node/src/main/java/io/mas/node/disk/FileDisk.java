package io.mas.node.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The disk that is one: a directory of the file system. Its files must not be used on a thread that
 * may be interrupted, since an interrupt closes the channel: see {@link DiskThreads}.
 */
public final class FileDisk implements Disk {
  /**
   * Bytes per system call. The JDK copies heap buffers through a direct buffer of the thread that
   * is as large as the largest call, and keeps it.
   */
  private static final int SLICE = 128 << 10;

  /** The text of EISDIR, strerror(3). */
  public static final String IS_A_DIRECTORY = "Is a directory";

  private static final @Nullable OpenOption DIRECT = direct();

  private final Path root;

  /**
   * Found once: the JDK reads the whole table of mounts to find it, which took 9 % of all CPU time
   * of uploads, since each put asks for the space. Its figures are always new ones.
   */
  private volatile @Nullable FileStore store;

  /** The disk below {@code root}, an existing directory. */
  public FileDisk(Path root) {
    this.root = root;
  }

  @Override
  public @Nullable DiskFile open(String path) throws IOException {
    return open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @Override
  public @Nullable DiskFile openToRead(String path) throws IOException {
    return open(path, StandardOpenOption.READ);
  }

  /** O_DIRECT, if this JDK has it: by name, since javac warns of the class and cannot be told. */
  private static @Nullable OpenOption direct() {
    try {
      Object[] options = Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants();
      return Stream.of(options)
          .filter(option -> option.toString().equals("DIRECT"))
          .map(OpenOption.class::cast)
          .findFirst()
          .orElse(null);
    } catch (ClassNotFoundException e) {
      return null;
    }
  }

  @Override
  public @Nullable DiskFile openPastCache(String path) throws IOException {
    if (DIRECT == null) {
      return openToRead(path);
    }
    try {
      return new DirectFile(
          FileChannel.open(at(path), StandardOpenOption.READ, DIRECT),
          Math.toIntExact(Files.getFileStore(root).getBlockSize()));
    } catch (NoSuchFileException _) {
      return null;
    } catch (UnsupportedOperationException e) {
      return openToRead(path);
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains("Invalid argument")) { // EINVAL, as tmpfs says
        return openToRead(path);
      }
      throw typed(e);
    }
  }

  private @Nullable DiskFile open(String path, OpenOption... options) throws IOException {
    try {
      return new ChannelFile(FileChannel.open(at(path), options));
    } catch (NoSuchFileException _) {
      return null;
    } catch (IOException e) {
      throw typed(e);
    }
  }

  @Override
  public DiskFile create(String path) throws IOException {
    try {
      return new ChannelFile(
          FileChannel.open(
              at(path),
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.CREATE_NEW));
    } catch (IOException e) {
      throw typed(e);
    }
  }

  @Override
  public void createDirectory(String path) throws IOException {
    try {
      Files.createDirectory(at(path));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(at(path))) {
        throw new NotDirectoryException(e.getFile());
      }
    } catch (IOException e) {
      throw typed(e);
    }
  }

  @Override
  public void rename(String from, String to) throws IOException {
    try {
      Files.move(at(from), at(to), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw typed(e);
    }
  }

  @Override
  public boolean delete(String path) throws IOException {
    try {
      return Files.deleteIfExists(at(path));
    } catch (IOException e) {
      throw typed(e);
    }
  }

  @Override
  public void forceDirectory(String path) throws IOException {
    try (FileChannel directory = FileChannel.open(at(path), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  @Override
  public List<String> list(String directory) throws IOException {
    try (Stream<Path> files = Files.list(at(directory))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (NoSuchFileException _) {
      return List.of();
    }
  }

  @Override
  public DiskSpace space() throws IOException {
    FileStore found = store;
    if (found == null) {
      found = Files.getFileStore(root);
      store = found;
    }
    return new DiskSpace(found.getTotalSpace(), found.getUsableSpace());
  }

  private Path at(String path) {
    return root.resolve(path);
  }

  /**
   * What the system says of an error of which it is known, EISDIR. {@link #IS_A_DIRECTORY} is in
   * it, unless the system's texts are translated for this process, by which none would be known.
   *
   * @param directory one that is there
   */
  public static String errorOf(Path directory) {
    try (FileChannel _ = FileChannel.open(directory, StandardOpenOption.WRITE)) {
      return "";
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** The JDK has no type for ENOSPC, EDQUOT and EROFS; it gives the text of strerror(3). */
  private static IOException typed(IOException e) {
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    boolean full =
        message.contains("no space left on device") || message.contains("disk quota exceeded");
    if (message.contains("read-only file system")) {
      return new ReadOnlyDiskException("the volume is read-only: " + e.getMessage(), e);
    }
    return full ? new DiskFullException("the volume is full: " + e.getMessage(), e) : e;
  }

  /** Reads whole blocks into memory that begins with one, as O_DIRECT wants it; open(2). */
  private record DirectFile(FileChannel channel, int blockBytes) implements DiskFile {
    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      int blocks = Math.ceilDiv(target.remaining(), blockBytes) + 1;
      ByteBuffer whole =
          ByteBuffer.allocateDirect((blocks + 1) * blockBytes).alignedSlice(blockBytes);
      int before = Math.toIntExact(position % blockBytes);
      int got = channel.read(whole.limit(blocks * blockBytes), position - before);
      int wanted = Math.clamp((long) got - before, 0, target.remaining());
      target.put(whole.slice(Math.min(before, Math.max(got, 0)), wanted));
      return wanted;
    }

    @Override
    public void write(ByteBuffer source, long position) {
      throw new UnsupportedOperationException("opened to read");
    }

    @Override
    public void force() {
      throw new UnsupportedOperationException("opened to read");
    }

    @Override
    public void truncate(long length) {
      throw new UnsupportedOperationException("opened to read");
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private record ChannelFile(FileChannel channel) implements DiskFile {
    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      int start = target.position();
      int limit = target.limit();
      int got = 1;
      while (got > 0 && target.position() < limit) {
        target.limit(Math.min(limit, target.position() + SLICE));
        got = channel.read(target, position + target.position() - start);
      }
      target.limit(limit);
      return target.position() - start;
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      int start = source.position();
      int limit = source.limit();
      try {
        while (source.position() < limit) {
          source.limit(Math.min(limit, source.position() + SLICE));
          channel.write(source, position + source.position() - start);
        }
      } catch (IOException e) {
        throw typed(e);
      } finally {
        source.limit(limit);
      }
    }

    @Override
    public void force() throws IOException {
      channel.force(true);
    }

    @Override
    public void truncate(long length) throws IOException {
      channel.truncate(length);
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
