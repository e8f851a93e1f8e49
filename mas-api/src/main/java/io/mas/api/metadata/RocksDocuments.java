package io.mas.api.metadata;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import tools.jackson.core.JacksonException;
import tools.jackson.dataformat.cbor.CBORMapper;

/**
 * Documents as values of the embedded database: the fields of {@link DocumentFormat} in CBOR (RFC
 * 8949). Thread-safe.
 */
final class RocksDocuments {
  private static final byte[] NOTHING = {};

  private final RocksDatabase database;
  private final CBORMapper cbor = new CBORMapper();

  RocksDocuments(RocksDatabase database) {
    this.database = database;
  }

  <D> Optional<D> find(RocksKey key, BiFunction<Object, Map<?, ?>, D> reader) {
    return Optional.ofNullable(decode(key, database.get(key), reader));
  }

  /** The documents of a range, from a key on. */
  <D> List<D> list(
      RocksKey prefix, RocksKey from, int limit, BiFunction<Object, Map<?, ?>, D> reader) {
    requireLimit(limit, Integer.MAX_VALUE);
    List<D> found = new ArrayList<>();
    database.scan(
        prefix,
        from,
        (key, value) -> {
          found.add(decodePresent(key, value, reader));
          return found.size() < limit;
        });
    return found;
  }

  /**
   * The keys of an index from one on, as long as they are wanted.
   *
   * @param wanted false ends the scan before a key
   */
  List<RocksKey> keys(RocksKey index, RocksKey from, int limit, Predicate<RocksKey> wanted) {
    requireLimit(limit, Integer.MAX_VALUE);
    List<RocksKey> found = new ArrayList<>();
    database.scan(
        index,
        from,
        (key, nothing) -> {
          boolean more = found.size() < limit && wanted.test(key);
          if (more) {
            found.add(key);
          }
          return more;
        });
    return found;
  }

  <D> @Nullable D decode(
      RocksKey key, byte @Nullable [] value, BiFunction<Object, Map<?, ?>, D> reader) {
    return value == null ? null : decodePresent(key, value, reader);
  }

  private <D> D decodePresent(RocksKey key, byte[] value, BiFunction<Object, Map<?, ?>, D> reader) {
    Map<?, ?> fields;
    try {
      fields = cbor.readValue(value, Map.class);
    } catch (JacksonException e) {
      throw Fields.unreadable(key, e);
    }
    return reader.apply(key, fields);
  }

  static void requireLimit(int limit, int most) {
    if (limit < 1 || limit > most) {
      throw new IllegalArgumentException("limit %d, expected 1 to %d".formatted(limit, most));
    }
  }

  /** Puts a document into a batch; true, for conditions. */
  boolean put(WriteBatch batch, RocksKey key, Map<String, Object> fields) throws RocksDBException {
    batch.put(key.bytes(), cbor.writeValueAsBytes(fields));
    return true;
  }

  static boolean put(WriteBatch batch, RocksKey key, String text) throws RocksDBException {
    batch.put(key.bytes(), text.getBytes(StandardCharsets.UTF_8));
    return true;
  }

  /** Puts an entry of an index that has no value. */
  static void index(WriteBatch batch, RocksKey key) throws RocksDBException {
    batch.put(key.bytes(), NOTHING);
  }

  static boolean delete(WriteBatch batch, RocksKey key) throws RocksDBException {
    batch.delete(key.bytes());
    return true;
  }
}
