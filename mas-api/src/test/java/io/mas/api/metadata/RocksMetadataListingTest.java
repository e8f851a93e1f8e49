package io.mas.api.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The contract on RocksDB, and the bounds of a page. */
class RocksMetadataListingTest extends MetadataListingContract {

  @Override
  MetadataBackend newBackend() {
    return new RocksBackend();
  }

  @Test
  void aPageEndsAfterAHundredThousandEntriesThatDoNotMatch() {
    FileDocument wanted = save(random.file("wanted", 0));
    Map<RocksKey, byte[]> entries = new HashMap<>();
    for (int time = 1; time <= 100_000; time++) {
      entries.put(RocksKey.fileByTime(at(wanted, 1, "other", time)), new byte[] {'o'});
    }
    store.close();
    ((RocksBackend) backend).putAll(entries);
    store = backend.open();
    MetadataStore.FilePage page = store.files("wanted", "", 10);
    assertThat(page.files()).isEmpty();
    assertThat(page.cursor()).isNotEmpty();
    assertThat(store.files("wanted", page.cursor(), 10).files()).containsExactly(wanted);
  }

  @Test
  void aPageEndsAfterFiftyThousandParts() {
    for (int i = 0; i < 7; i++) {
      FileDocument file = random.file(random.hash(), 1, FileDocument.MAX_PARTS);
      save(
          new FileDocument(
              file.hash(), 1, FileDocument.State.LIVE, 1, "n", file.time(), file.parts()));
    }
    MetadataStore.FilePage page = store.files("", "", 1000);
    assertThat(page.files()).hasSize(5);
    assertThat(store.files("", page.cursor(), 1000).files()).hasSize(2);
  }
}
