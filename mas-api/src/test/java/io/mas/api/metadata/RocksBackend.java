package io.mas.api.metadata;

import io.mas.common.object.ObjectHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.springframework.util.FileSystemUtils;
import tools.jackson.dataformat.cbor.CBORMapper;

/** RocksDB in a temporary directory. */
final class RocksBackend implements MetadataBackend {
  private final Path directory;

  RocksBackend() {
    try {
      directory = Files.createTempDirectory("mas-metadata");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path directory() {
    return directory;
  }

  @Override
  public MetadataStore open() {
    return RocksMetadataStore.open(directory);
  }

  @Override
  public void storeFile(ObjectHash hash, Map<String, Object> fields) {
    put(RocksKey.file(hash), new CBORMapper().writeValueAsBytes(fields));
  }

  /** Puts a value past the store, which is closed meanwhile. */
  void put(RocksKey key, byte[] value) {
    putAll(Map.of(key, value));
  }

  /** Puts values past the store, which is closed meanwhile. */
  void putAll(Map<RocksKey, byte[]> values) {
    try (RocksDB db = RocksDB.open(directory.toString());
        WriteOptions options = new WriteOptions();
        WriteBatch batch = new WriteBatch()) {
      for (Map.Entry<RocksKey, byte[]> entry : values.entrySet()) {
        batch.put(entry.getKey().bytes(), entry.getValue());
      }
      db.write(options, batch);
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All keys, in order. The store is closed meanwhile. */
  List<RocksKey> keys() {
    List<RocksKey> keys = new ArrayList<>();
    try (RocksDB db = RocksDB.open(directory.toString());
        RocksIterator entries = db.newIterator()) {
      for (entries.seekToFirst(); entries.isValid(); entries.next()) {
        keys.add(RocksKey.of(entries.key()));
      }
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
    return keys;
  }

  @Override
  public void close() {
    try {
      FileSystemUtils.deleteRecursively(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
