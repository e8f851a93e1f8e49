package io.mas.standalone;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.LongFunction;

/**
 * A file of a test: bytes that can be read any number of times, from any place.
 *
 * @param name as the client calls it
 * @param length bytes
 * @param hash SHA-256 of all of them
 * @param source opens the bytes from an offset on
 */
record Content(String name, long length, String hash, LongFunction<InputStream> source) {

  @Override
  public String toString() {
    return name;
  }

  static Content of(String name, byte[] bytes) {
    return made(
        name,
        bytes.length,
        from -> new ByteArrayInputStream(bytes, (int) from, bytes.length - (int) from));
  }

  static Content text(String name, String text) {
    return of(name, text.getBytes(StandardCharsets.UTF_8));
  }

  static Content of(Path file) {
    try {
      return made(file.getFileName().toString(), Files.size(file), from -> open(file, from));
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
  static Content random(String name, long length, long seed) {
    return made(name, length, from -> new RandomBytes(seed, from, length));
  }

  private static Content made(String name, long length, LongFunction<InputStream> source) {
    try (InputStream in = source.apply(0)) {
      return new Content(name, length, sha256(in, OutputStream.nullOutputStream()), source);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Copies a stream to its end and returns the SHA-256 of what it held. */
  static String sha256(InputStream in, OutputStream out) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      new DigestInputStream(in, digest).transferTo(out);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  InputStream open() {
    return source.apply(0);
  }

  /** The bytes from an offset on, as a content of their own. */
  Content slice(long from, long to) {
    return made(
        name, to - from, more -> new BoundedInput(source.apply(from + more), to - from - more));
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
