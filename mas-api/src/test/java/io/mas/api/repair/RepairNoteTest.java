package io.mas.api.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.FileDocument;
import io.mas.api.metadata.ProcessDocument;
import io.mas.api.object.ObjectWorld;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RepairNoteTest {

  @Test
  void aProcessTellsWhatItRepairedLatelyAndTakesItBack(@TempDir Path directory) {
    try (RepairWorld world = new RepairWorld(directory, ObjectWorld.Shape.USUAL)) {
      long hourAgo = world.objects.time.get() - Duration.ofHours(1).toMillis();
      world.store.putProcess(new ProcessDocument("died", hourAgo - 1, true, 0, 0, 0));
      world.store.putProcess(
          new ProcessDocument("lives", world.objects.time.get(), false, 0, 0, 0));
      RepairRoom room =
          world.room(world.store, world.nodes, RepairRule.ALL, RepairWorld.properties(1));
      RepairNote note = room.note();
      note.tell();
      assertThat(world.store.processes()).hasSize(2);
      FileDocument file = world.store(ObjectWorld.random(1, RepairWorld.BLOCK));
      world.loseColumn(world.first(file), 0);
      world.sweep(room.worker());
      world.objects.time.addAndGet(10_000);
      note.tell();
      assertThat(told(world).repairs()).isTrue();
      assertThat(told(world).seen()).isEqualTo(world.objects.time.get());
      assertThat(told(world).repaired()).isEqualTo(1);
      assertThat(told(world).repairedBytes()).isEqualTo(RepairWorld.BLOCK / 4);
      assertThat(told(world).lately()).isEqualTo(10_000);
      for (int i = 0; i < 12; i++) {
        world.objects.time.addAndGet(10_000);
        note.tell();
      }
      assertThat(told(world).repaired()).as("a minute later").isZero();
      assertThat(told(world).lately()).isEqualTo(60_000);
      note.close();
      note.tell();
      assertThat(world.store.processes()).extracting(ProcessDocument::id).containsExactly("lives");
    }
  }

  private static ProcessDocument told(RepairWorld world) {
    return world.store.processes().stream()
        .filter(process -> !process.id().equals("lives"))
        .findFirst()
        .orElseThrow();
  }
}
