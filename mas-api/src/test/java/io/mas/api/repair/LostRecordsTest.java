package io.mas.api.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.object.ObjectWorld;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With a node its commit records are lost, and the repair of the columns brings them back. */
@Timeout(60)
class LostRecordsTest {
  private final RepairWorld world;
  private final FileDocument file;
  private final Set<String> before;

  LostRecordsTest(@TempDir Path directory) {
    world = new RepairWorld(directory, ObjectWorld.Shape.USUAL);
    file = world.store(ObjectWorld.random(1, 3 * RepairWorld.BLOCK));
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> world.nodes.committedOn().size() == 3); // m + 1, in the background
    before = Set.copyOf(world.nodes.committedOn());
  }

  @AfterEach
  void everythingIsGivenBack() {
    world.close();
  }

  /** A node that holds the file loses its column and its record. */
  private String loseOneWithARecord() {
    ExtentDocument extent = world.first(file);
    int shard = 0;
    while (!before.contains(extent.shards().get(shard).node())) {
      shard++;
    }
    String node = extent.shards().get(shard).node();
    world.nodes.loseRecords(node);
    world.loseColumn(extent, shard);
    return node;
  }

  @Test
  void aRecordThatWasLostWithANodeIsWrittenAnewWhenItsColumnIs() {
    String lost = loseOneWithARecord();
    assertThat(world.nodes.committedOn()).hasSize(2).doesNotContain(lost);
    world.repair(world.worker(RepairRule.ALL));
    assertThat(world.nodes.committedOn()).hasSize(3);
  }

  @Test
  void noRecordIsWrittenWhereThereAreEnough() {
    ExtentDocument extent = world.first(file);
    world.loseColumn(extent, 0);
    world.repair(world.worker(RepairRule.ALL));
    assertThat(world.nodes.committedOn()).isEqualTo(before);
  }

  @Test
  void aFileThatWasDeletedMeanwhileGetsNone() {
    loseOneWithARecord();
    assertThat(world.store.compareAndSetFile(file.deleted())).isEqualTo(WriteOutcome.APPLIED);
    Set<String> left = new HashSet<>(world.nodes.committedOn());
    world.repair(world.worker(RepairRule.ALL));
    assertThat(world.first(file).missing()).isEmpty();
    assertThat(world.nodes.committedOn()).isEqualTo(left);
  }
}
