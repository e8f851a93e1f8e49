package io.mas.api.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.RocksMetadataStore;
import io.mas.common.object.Layout;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedundancyTest {

  /** With three nodes each has two shards of 4+2, so that the second to go is one too many. */
  @ParameterizedTest
  @CsvSource({"1, 0", "2, 0", "3, 1", "4, 1", "5, 1", "6, 2", "7, 2", "100, 2"})
  void asManyNodesMayGoAsHaveMShards(int nodes, int survivable, @TempDir Path directory) {
    try (RocksMetadataStore metadata = RocksMetadataStore.open(directory)) {
      Redundancy redundancy = new Redundancy(metadata, Layout.of(4, 2, 1 << 20));
      assertThat(redundancy.survivable(nodes)).isEqualTo(survivable);
    }
  }
}
