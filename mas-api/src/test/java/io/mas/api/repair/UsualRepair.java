package io.mas.api.repair;

import io.mas.api.object.ObjectWorld;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** A test of repairs with more nodes than an extent has shards, by all rules. */
@Timeout(60)
abstract class UsualRepair {
  static final int BLOCK = RepairWorld.BLOCK;

  final RepairWorld world;

  UsualRepair(Path directory) {
    world = new RepairWorld(directory, ObjectWorld.Shape.USUAL);
  }

  @AfterEach
  void everythingIsGivenBack() {
    world.close();
  }

  final RepairWorker worker() {
    return world.worker(RepairRule.ALL);
  }
}
