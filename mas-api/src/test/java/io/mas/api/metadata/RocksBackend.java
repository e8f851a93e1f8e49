package io.mas.api.metadata;

import io.mas.common.object.ObjectHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
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

  @Override
  public void close() {
    try {
      FileSystemUtils.deleteRecursively(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
