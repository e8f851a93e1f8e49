package io.mas.standalone;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A file of a test: bytes that can be read any number of times, from any place. Thread-safe. */
public final class Content {
  private static final int BITS_OF_BYTE = 8;

  private final String name;
  private final long length;
  private final LongFunction<InputStream> source;
  private volatile @Nullable String hash;

  private Content(String name, long length, LongFunction<InputStream> source) {
    this.name = name;
    this.length = length;
    this.source = source;
  }

  /** As the client calls it. */
  public String name() {
    return name;
  }

  /** How many bytes. */
  public long length() {
    return length;
  }

  /** SHA-256 of all bytes, in hex. */
  public String hash() {
    String known = hash;
    if (known == null) {
      known = sha256();
      hash = known;
    }
    return known;
  }

  private String sha256() {
    try (InputStream in = open()) {
      return sha256(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return name;
  }

  public static Content of(String name, byte[] bytes) {
    return new Content(
        name,
        bytes.length,
        from -> new ByteArrayInputStream(bytes, (int) from, bytes.length - (int) from));
  }

  public static Content text(String name, String text) {
    return of(name, text.getBytes(StandardCharsets.UTF_8));
  }

  static Content of(Path file) {
    try {
      return new Content(file.getFileName().toString(), Files.size(file), from -> open(file, from));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream open(Path file, long from) {
    try {
      InputStream in = Files.newInputStream(file);
      in.skipNBytes(from);
      return in;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bytes that do not compress, the same for the same seed. */
  public static Content random(String name, long length, long seed) {
    return new Content(name, length, from -> new RandomBytes(seed, from, length, BITS_OF_BYTE));
  }

  /** Bytes of which zstd saves half, the same for the same seed. */
  public static Content compressible(String name, long length, long seed) {
    return new Content(name, length, from -> new RandomBytes(seed, from, length, BITS_OF_BYTE / 2));
  }

  private static String sha256(InputStream in) throws IOException {
    MessageDigest digest = digest();
    new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
    return HexFormat.of().formatHex(digest.digest());
  }

  /** SHA-256. */
  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  public InputStream open() {
    return source.apply(0);
  }

  /** The bytes from an offset on, as a content of their own. */
  public Content slice(long from, long to) {
    return new Content(
        name, to - from, more -> new BoundedInput(source.apply(from + more), to - from - more));
  }

  /**
   * The same bytes, but something happens before those from {@code offset} on are read.
   *
   * @param event runs on the thread that reads, which sends them
   */
  public Content interrupted(long offset, Runnable event) {
    return new Content(
        name,
        length,
        from ->
            new SequenceInputStream(
                new BoundedInput(source.apply(from), offset - from),
                new Late(
                    () -> {
                      event.run();
                      return source.apply(offset);
                    })));
  }

  /** A stream that is opened when it is read. */
  private static final class Late extends InputStream {
    private final Supplier<InputStream> source;
    private @Nullable InputStream in;

    Late(Supplier<InputStream> source) {
      this.source = source;
    }

    private InputStream in() {
      InputStream opened = in;
      if (opened == null) {
        opened = source.get();
        in = opened;
      }
      return opened;
    }

    @Override
    public int read() throws IOException {
      return in().read();
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      return in().read(to, offset, length);
    }

    @Override
    public void close() throws IOException {
      if (in != null) {
        in.close();
      }
    }
  }

  /** The first bytes of a stream. */
  private static final class BoundedInput extends InputStream {
    private final InputStream in;
    private long left;

    BoundedInput(InputStream in, long length) {
      this.in = in;
      this.left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      int read = left == 0 ? -1 : in.read(to, offset, (int) Math.min(length, left));
      left -= Math.max(0, read);
      return read;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
