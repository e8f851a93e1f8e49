package io.mas.standalone.chaos;

import io.mas.dev.cluster.ClusterProcess;
import io.mas.standalone.Damage;
import io.mas.standalone.Scratch;
import io.mas.standalone.Shards;
import io.mas.standalone.chaos.Fault.Kind;
import io.mas.standalone.load.Down;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What can be done to the shards on one volume. It is the same volume for the whole run, which
 * counts as harmed from the first fault to the end: whether a shard that has rotted was made good
 * cannot be seen, and so no extent ever lacks more shards than one node may hold.
 */
final class DiskFaults {
  private static final int MOST_FILES = 5;

  private final ClusterProcess victim;
  private final Path volume;
  private final Runnable start;
  private final Set<String> damaged = ConcurrentHashMap.newKeySet();

  /**
   * @param victim the node whose volume it is
   * @param start starts that node
   */
  DiskFaults(ClusterProcess victim, Path volume, Runnable start) {
    this.victim = victim;
    this.volume = volume;
    this.start = start;
  }

  /**
   * The names of files that were damaged. Until somebody reads them nobody knows, so these may be
   * so at the end: there is no scrub.
   */
  Set<String> damaged() {
    return damaged;
  }

  /** Some shard files, in some way. */
  Fault damage(Random random) {
    Damage damage = Damage.any(random);
    Random where = new Random(random.nextLong());
    int files = 1 + random.nextInt(MOST_FILES);
    return fault(
        Kind.DAMAGE,
        damage + " " + victim,
        Duration.ZERO,
        () -> damage(damage, files, where),
        () -> {});
  }

  private void damage(Damage damage, int files, Random where) {
    List<Path> shards = Shards.of(volume);
    for (int i = 0; i < files && !shards.isEmpty(); i++) {
      Path shard = shards.get(where.nextInt(shards.size()));
      damaged.add(shard.getFileName().toString());
      damage(shard, damage, where);
    }
  }

  /** A shard that the node has deleted meanwhile, or only just made, is left alone. */
  static void damage(Path shard, Damage damage, Random random) {
    try {
      if (Files.size(shard) > 0) {
        damage.to(shard, random);
      }
    } catch (NoSuchFileException _) {
      // deleted by the node
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The whole volume, its identity with it; the node begins anew. */
  Fault empty(Duration length) {
    return fault(
        Kind.EMPTY,
        victim.name(),
        length,
        () -> {
          victim.kill();
          Scratch.delete(volume);
        },
        start);
  }

  private Fault fault(Kind kind, String what, Duration length, Runnable begin, Runnable end) {
    return new Fault(kind, what, victim.name(), Down.NODE, length, begin, end);
  }
}
