package io.mas.api.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on RocksDB, and what is particular to a directory. */
class RocksMetadataStoreTest extends MetadataStoreContract {

  @Override
  MetadataBackend newBackend() {
    return new RocksBackend();
  }

  private Path directory() {
    return ((RocksBackend) backend).directory();
  }

  @Test
  void aDirectoryInUseIsRefusedWithAnAction() {
    assertThatThrownBy(() -> RocksMetadataStore.open(directory()))
        .isInstanceOf(UnusableDirectoryException.class)
        .hasMessageContaining(directory().toString())
        .hasMessageContaining("is already in use by another process: stop that process");
  }

  @Test
  void aDirectoryOfANewerFormatIsRefusedAndLeftAsItIs() {
    store.close();
    byte[] newer = "2".getBytes(StandardCharsets.US_ASCII);
    ((RocksBackend) backend).put(RocksKey.setting("format"), newer);
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> RocksMetadataStore.open(directory()))
          .isInstanceOf(UnusableDirectoryException.class)
          .hasMessageContaining("was written in format 2, this version of MAS knows 1: start");
    }
  }

  @Test
  void aPlaceThatIsNoDirectoryIsRefusedWithAnAction(@TempDir Path temp) throws IOException {
    Path file = Files.createFile(temp.resolve("file"));
    assertThatThrownBy(() -> RocksMetadataStore.open(file.resolve("below")))
        .isInstanceOf(UnusableDirectoryException.class)
        .hasMessageContaining("cannot be made")
        .hasMessageContaining("configure another");
  }

  @Test
  void aMissingDirectoryIsMade(@TempDir Path temp) {
    Path deep = temp.resolve("a/b/c");
    RocksMetadataStore.open(deep).close();
    assertThat(deep).isDirectory();
  }

  @Test
  void noIndexEntryIsLeftBehind() {
    FileDocument file = random.file("n", 1);
    UploadDocument upload = random.upload(random.uploadId(), 1);
    GarbageDocument garbage = random.garbage(1);
    applied(store.compareAndSetFile(file));
    applied(store.compareAndSetFile(MetadataListingContract.at(file, 2, "m", 2)));
    applied(store.compareAndSetFile(MetadataListingContract.at(file, 2, "m", 2).deleted()));
    applied(store.compareAndSetUpload(upload));
    applied(store.compareAndSetUpload(upload.expiring(2)));
    applied(store.deleteUpload(upload.expiring(2)));
    store.putGarbage(garbage);
    store.putGarbage(garbage.dueAt(2));
    store.removeGarbage(garbage.id());
    store.close();
    assertThat(((RocksBackend) backend).keys())
        .containsExactly(RocksKey.file(file.hash()), RocksKey.setting("format"));
  }

  @Test
  void aDamagedManifestIsRefusedWithAnAction() throws IOException {
    store.close();
    try (var files = Files.newDirectoryStream(directory(), "MANIFEST-*")) {
      for (Path manifest : files) {
        byte[] bytes = Files.readAllBytes(manifest);
        bytes[bytes.length / 2] ^= 1;
        Files.write(manifest, bytes);
      }
    }
    assertThatThrownBy(() -> RocksMetadataStore.open(directory()))
        .isInstanceOf(UnusableDirectoryException.class)
        .hasMessageContaining("is damaged")
        .hasMessageContaining("rebuild the metadata from the storage nodes");
  }
}
