package io.mas.api.metadata;

import io.mas.common.object.ExtentId;
import io.mas.common.object.ObjectHash;
import io.mas.common.object.PartId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.bson.BsonBinary;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.Document;

/**
 * Where a document is in MongoDB: the one place for the shapes of {@code _id}.
 *
 * <pre>
 * files     hash:32
 * extents   part:16 ordinal:4
 * uploads   hash:32 session, padded with zero bytes to 64
 * chunks    hash:32 generation:8 session number:4
 * garbage   text
 * nodes     node id, text
 * processes text
 * settings  name, text
 * </pre>
 *
 * Numbers are big-endian. MongoDB sorts binary values by their length first, then byte by byte: so
 * the keys of one range have one length, and what belongs together is a range of {@code _id} with
 * no other index.
 *
 * @param collection the kind of document
 * @param id its {@code _id}
 */
record MongoKey(String collection, BsonValue id) {
  static final String FILES = "files";
  static final String EXTENTS = "extents";
  static final String UPLOADS = "uploads";
  static final String CHUNKS = "chunks";
  static final String GARBAGE = "garbage";
  static final String NODES = "nodes";
  static final String PROCESSES = "processes";
  private static final String SETTINGS = "settings";

  private static final int HASH_LENGTH = 32;
  private static final int PART_LENGTH = 2 * Long.BYTES;
  private static final int SESSION_LENGTH = 64;

  /** A range of keys of one length, both ends included. */
  record Range(MongoKey first, MongoKey last) {
    String collection() {
      return first.collection;
    }
  }

  /** The key of a document that was read. */
  static MongoKey of(String collection, Document document) {
    Object id = document.get("_id");
    return new MongoKey(
        collection,
        id instanceof byte[] bytes ? new BsonBinary(bytes) : new BsonString(String.valueOf(id)));
  }

  static MongoKey setting(String name) {
    return new MongoKey(SETTINGS, new BsonString(name));
  }

  static MongoKey file(ObjectHash hash) {
    return new MongoKey(FILES, new BsonBinary(hash.bytes()));
  }

  static MongoKey extent(ExtentId id) {
    return extent(id.part(), id.ordinal());
  }

  private static MongoKey extent(PartId part, int ordinal) {
    return binary(
        EXTENTS,
        PART_LENGTH + Integer.BYTES,
        out -> out.putLong(part.high()).putLong(part.low()).putInt(ordinal));
  }

  /** The extents of a part from an ordinal on. */
  static Range extents(PartId part, int from) {
    return new Range(extent(part, from), extent(part, Integer.MAX_VALUE));
  }

  static MongoKey upload(UploadId id) {
    return upload(id.hash(), ascii(id.session()));
  }

  private static MongoKey upload(ObjectHash hash, byte[] session) {
    return binary(UPLOADS, HASH_LENGTH + SESSION_LENGTH, out -> out.put(hash.bytes()).put(session));
  }

  /** The uploads of a hash; sessions are ASCII. */
  static Range uploads(ObjectHash hash) {
    byte[] behind = {Byte.MAX_VALUE};
    return new Range(upload(hash, new byte[0]), upload(hash, behind));
  }

  static MongoKey chunk(UploadId upload, long generation, int number) {
    byte[] session = ascii(upload.session());
    return binary(
        CHUNKS,
        HASH_LENGTH + Long.BYTES + session.length + Integer.BYTES,
        out -> out.put(upload.hash().bytes()).putLong(generation).put(session).putInt(number));
  }

  /** The chunks of a generation. */
  static Range chunks(UploadId upload, long generation) {
    return new Range(chunk(upload, generation, 0), chunk(upload, generation, Integer.MAX_VALUE));
  }

  static MongoKey garbage(String id) {
    return new MongoKey(GARBAGE, new BsonString(id));
  }

  static MongoKey node(String id) {
    return new MongoKey(NODES, new BsonString(id));
  }

  static MongoKey process(String id) {
    return new MongoKey(PROCESSES, new BsonString(id));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static MongoKey binary(String collection, int length, Consumer<ByteBuffer> content) {
    ByteBuffer out = ByteBuffer.allocate(length);
    content.accept(out);
    return new MongoKey(collection, new BsonBinary(out.array()));
  }

  /** For messages. */
  @Override
  public String toString() {
    return collection
        + "/"
        + (id instanceof BsonBinary binary
            ? HexFormat.of().formatHex(binary.getData())
            : id.asString().getValue());
  }
}
