package io.mas.api.metadata;

import io.mas.common.object.ObjectHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
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
    try (RocksDB db = RocksDB.open(directory.toString())) {
      db.put(key.bytes(), value);
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
