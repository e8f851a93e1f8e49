package io.mas.api.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.ExtentDocument.Missing;
import io.mas.api.metadata.ExtentDocument.Shard;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.object.ObjectWorld;
import io.mas.common.object.BlockEntry;
import io.mas.common.object.Compression;
import io.mas.common.object.ExtentId;
import io.mas.common.object.Layout;
import io.mas.common.object.PartId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** For how long a worker is alone with an extent: when it dies, nobody else looks at it before. */
class TurnsTest {
  private static final long NOW = 1_790_000_000_000L;
  private static final int BLOCKS = 256;
  private static final int MIB = 1 << 20;

  @TempDir private Path directory;

  /** Seconds until the turn comes again, beyond the lease. */
  private long seconds(Set<Missing> missing) {
    RepairProperties properties = RepairWorld.properties(1);
    try (MetadataStore store = RocksMetadataStore.open(directory)) {
      ExtentDocument extent =
          new ExtentDocument(
              new ExtentId(PartId.create(Instant.ofEpochMilli(NOW), new Random(1)), 0),
              ObjectWorld.hash(new byte[1]),
              0,
              Layout.of(4, 2, MIB),
              1,
              IntStream.range(0, 6).mapToObj(i -> new Shard("node-" + i, i)).toList(),
              Collections.nCopies(BLOCKS, new BlockEntry(MIB, MIB, Compression.RAW, 1)),
              Set.of(),
              false,
              false);
      store.insertExtent(extent);
      ExtentDocument found = extent.withMissing(missing, NOW);
      store.compareAndSetExtent(found);
      Turns turns = new Turns(store, () -> Instant.ofEpochMilli(NOW), properties, RepairRule.ALL);
      long next = turns.take(found).orElseThrow().turn().next();
      store.deleteExtent(extent.id(), found.version() + 1);
      return (next - NOW - properties.lease().toMillis()) / 1000;
    }
  }

  @Test
  void theLeaseIsForTheBytesThatAreToBeWritten() {
    long column = seconds(Set.of(new Missing(0, Missing.ALL)));
    assertThat(column).as("64 MiB at 1 KiB/ms").isEqualTo(65);
    assertThat(seconds(Set.of(new Missing(0, Missing.ALL), new Missing(3, Missing.ALL))))
        .isEqualTo(131);
    Set<Missing> everyBlock =
        IntStream.range(0, BLOCKS).mapToObj(i -> new Missing(0, i)).collect(Collectors.toSet());
    assertThat(seconds(everyBlock)).as("as much as the column").isEqualTo(column);
    assertThat(seconds(Set.of(new Missing(1, 7)))).as("one block: not less").isEqualTo(column);
  }
}
