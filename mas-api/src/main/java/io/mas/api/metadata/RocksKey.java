package io.mas.api.metadata;

import io.mas.common.object.ExtentId;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A key of the embedded database: one byte that names the collection or index, then its parts. All
 * but the last part have a fixed length, numbers are big-endian and ordered as signed ones, so that
 * keys sort as the parts do.
 *
 * <pre>
 * m name                                            settings of the database
 * f hash:32                                         files
 * t -time:8 hash:32                -> name          live files, newest first
 * x part:16 ordinal:4                               extents
 * r redundancy:8 next:8 part:16 ordinal:4 -> nothing     extents that lack something
 * l length of node:1 node part:16 ordinal:4 -> nothing   extents by node
 * u hash:32 session                                 uploads
 * e expires:8 hash:32 session      -> nothing       uploads by expiry
 * c hash:32 generation:8 length of session:1 session number:4   chunks
 * g id                                              garbage
 * d due:8 id                       -> nothing       garbage by due time
 * n node id                                         nodes
 * p id                                              processes
 * </pre>
 */
final class RocksKey {
  private static final int HASH_LENGTH = 32;
  private static final int EXTENT_LENGTH = 2 * Long.BYTES + Integer.BYTES;
  private static final int INDEX_LENGTH = 1 + Long.BYTES + HASH_LENGTH;

  private final byte[] bytes;

  private RocksKey(byte[] bytes) {
    this.bytes = bytes;
  }

  static RocksKey setting(String name) {
    return start('m', name.length()).text(name).end();
  }

  static RocksKey file(ObjectHash hash) {
    return start('f', HASH_LENGTH).hash(hash).end();
  }

  static RocksKey filesByTime() {
    return start('t', 0).end();
  }

  static RocksKey fileByTime(FileDocument file) {
    return start('t', Long.BYTES + HASH_LENGTH).number(~file.time()).hash(file.hash()).end();
  }

  static RocksKey extents(PartId part) {
    return start('x', 2 * Long.BYTES).part(part).end();
  }

  static RocksKey extent(ExtentId id) {
    return start('x', EXTENT_LENGTH).extent(id).end();
  }

  static RocksKey extents() {
    return start('x', 0).end();
  }

  static RocksKey extentsToRepair() {
    return start('r', 0).end();
  }

  static RocksKey extentsToRepair(int least) {
    return start('r', Long.BYTES).number(least).end();
  }

  static RocksKey extentToRepair(ExtentDocument extent) {
    return start('r', 2 * Long.BYTES + EXTENT_LENGTH)
        .number(extent.redundancy())
        .number(extent.turn().next())
        .extent(extent.id())
        .end();
  }

  static RocksKey extentsOn(String node) {
    return start('l', 1 + node.length()).sized(node).end();
  }

  static RocksKey extentOn(String node, ExtentId id) {
    return start('l', 1 + node.length() + EXTENT_LENGTH).sized(node).extent(id).end();
  }

  static RocksKey uploads(ObjectHash hash) {
    return start('u', HASH_LENGTH).hash(hash).end();
  }

  static RocksKey upload(UploadId id) {
    return start('u', HASH_LENGTH + id.session().length()).hash(id.hash()).text(id.session()).end();
  }

  static RocksKey uploadsByExpiry() {
    return start('e', 0).end();
  }

  static RocksKey uploadByExpiry(UploadDocument upload) {
    UploadId id = upload.id();
    return start('e', Long.BYTES + HASH_LENGTH + id.session().length())
        .number(upload.expires())
        .hash(id.hash())
        .text(id.session())
        .end();
  }

  static RocksKey chunks(UploadId upload, long generation) {
    return chunkPrefix(upload, generation, 0).end();
  }

  static RocksKey chunk(UploadId upload, long generation, int number) {
    return chunkPrefix(upload, generation, Integer.BYTES).integer(number).end();
  }

  static RocksKey garbage(String id) {
    byte[] text = id.getBytes(StandardCharsets.UTF_8);
    return start('g', text.length).raw(text).end();
  }

  static RocksKey garbageByDue() {
    return start('d', 0).end();
  }

  static RocksKey garbageByDue(GarbageDocument garbage) {
    byte[] text = garbage.id().getBytes(StandardCharsets.UTF_8);
    return start('d', Long.BYTES + text.length).number(garbage.due()).raw(text).end();
  }

  static RocksKey nodes() {
    return start('n', 0).end();
  }

  static RocksKey node(String id) {
    return start('n', id.length()).text(id).end();
  }

  static RocksKey processes() {
    return start('p', 0).end();
  }

  static RocksKey process(String id) {
    return start('p', id.length()).text(id).end();
  }

  /** The first key behind this one, whichever there are. */
  RocksKey next() {
    return new RocksKey(Arrays.copyOf(bytes, bytes.length + 1));
  }

  /** A key as it was read from the database. */
  static RocksKey of(byte[] bytes) {
    return new RocksKey(bytes);
  }

  /** The cursor of a listing that ended with this key. */
  String cursor() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * Where to go on after the page with this cursor.
   *
   * @throws IllegalArgumentException if it is none
   */
  static RocksKey afterCursor(String cursor) {
    byte[] last = Base64.getUrlDecoder().decode(cursor);
    if (last.length != INDEX_LENGTH || last[0] != 't') {
      throw new IllegalArgumentException(
          "cursor of %d bytes, expected the cursor of a page before".formatted(last.length));
    }
    return new RocksKey(last).next();
  }

  /** The number that an index key begins with. */
  long number() {
    return ByteBuffer.wrap(bytes, 1, Long.BYTES).getLong() ^ Long.MIN_VALUE;
  }

  /** When the turn of an extent comes, of a key of the index of those that lack something. */
  long turn() {
    return ByteBuffer.wrap(bytes, 1 + Long.BYTES, Long.BYTES).getLong() ^ Long.MIN_VALUE;
  }

  /** The key of the extent that a key of an index over extents ends with. */
  RocksKey extentAtEnd() {
    byte[] key = Arrays.copyOfRange(bytes, bytes.length - EXTENT_LENGTH - 1, bytes.length);
    key[0] = (byte) 'x';
    return new RocksKey(key);
  }

  /** The key of the document that a key of the index over files, uploads or garbage leads to. */
  RocksKey target(char collection) {
    byte[] key = Arrays.copyOfRange(bytes, Long.BYTES, bytes.length);
    key[0] = (byte) collection;
    return new RocksKey(key);
  }

  /**
   * The first key that does not begin with this one. Collections are ASCII: there always is one.
   */
  byte[] behind() {
    int end = bytes.length;
    while (bytes[end - 1] == (byte) 0xff) {
      end--;
    }
    byte[] next = Arrays.copyOf(bytes, end);
    next[end - 1]++;
    return next;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Which of {@code stripes} (a power of two) guards this key. */
  int stripe(int stripes) {
    int hash = hashCode();
    return (hash ^ (hash >>> 16)) & (stripes - 1);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RocksKey key && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Collection and the key in hexadecimal digits, for messages. */
  @Override
  public String toString() {
    String collection =
        switch (bytes[0]) {
          case 'm' -> "settings";
          case 'f' -> "files";
          case 'x' -> "extents";
          case 'u' -> "uploads";
          case 'c' -> "chunks";
          case 'g' -> "garbage";
          case 'n' -> "nodes";
          case 'p' -> "processes";
          default -> "index " + (char) bytes[0];
        };
    return collection + "/" + HexFormat.of().formatHex(bytes, 1, bytes.length);
  }

  private static Builder start(char collection, int length) {
    return new Builder(collection, length);
  }

  private static Builder chunkPrefix(UploadId upload, long generation, int more) {
    String session = upload.session();
    return start('c', HASH_LENGTH + Long.BYTES + 1 + session.length() + more)
        .hash(upload.hash())
        .number(generation)
        .sized(session);
  }

  private static final class Builder {
    private final ByteBuffer out;

    Builder(char collection, int length) {
      this.out = ByteBuffer.allocate(1 + length).put((byte) collection);
    }

    Builder hash(ObjectHash hash) {
      return raw(hash.bytes());
    }

    Builder part(PartId part) {
      out.putLong(part.high()).putLong(part.low());
      return this;
    }

    Builder extent(ExtentId id) {
      return part(id.part()).integer(id.ordinal());
    }

    /** The length of the text before it, so that no text begins another. */
    Builder sized(String ascii) {
      out.put((byte) ascii.length());
      return text(ascii);
    }

    /** The sign bit is turned over, so that negative numbers sort first. */
    Builder number(long number) {
      out.putLong(number ^ Long.MIN_VALUE);
      return this;
    }

    Builder integer(int number) {
      out.putInt(number);
      return this;
    }

    Builder text(String ascii) {
      return raw(ascii.getBytes(StandardCharsets.US_ASCII));
    }

    Builder raw(byte[] bytes) {
      out.put(bytes);
      return this;
    }

    RocksKey end() {
      return new RocksKey(out.array());
    }
  }
}
