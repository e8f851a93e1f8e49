package io.mas.api.upload;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.object.ProtocolRule;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The commit and collection protocol on the real code, step by step. The replays are the
 * counterexamples that {@code commit_model.py} prints for each rule left out, cut down to the
 * processes that matter; each must break the file without its rule, and must not with it.
 */
class CommitProtocolTest {
  /** Random interleavings in a build; more with {@code -Dmas.test.interleavings=N}. */
  private static final int ROUNDS = Integer.getInteger("mas.test.interleavings", 150);

  @TempDir static Path directory;

  private static MetadataStore store = unopened();

  private static MetadataStore unopened() {
    return (MetadataStore)
        Proxy.newProxyInstance(
            MetadataStore.class.getClassLoader(),
            new Class<?>[] {MetadataStore.class},
            (self, method, arguments) -> {
              throw new IllegalStateException("not opened");
            });
  }

  @BeforeAll
  static void open() {
    store = RocksMetadataStore.open(directory.resolve("metadata"));
  }

  @AfterAll
  static void close() {
    store.close();
  }

  @Test
  void noInterleavingBreaksAFile() throws Exception {
    long seed = Long.getLong("mas.test.seed", System.nanoTime());
    System.out.println("CommitProtocolTest: -Dmas.test.seed=" + seed);
    for (int round = 0; round < ROUNDS; round++) {
      Random random = new Random(seed + round);
      try (ProtocolWorld world = new ProtocolWorld(store, ProtocolRule.ALL, seed + round)) {
        world.begin();
        startEverybody(world, random);
        world.steps.runAll(
            random,
            () ->
                assertThat(world.broken())
                    .as("a live file names a deleted part; %s", world.steps.trace())
                    .isFalse());
        assertThat(world.storeAndRead()).isEqualTo(world.content());
      }
    }
  }

  /** Starts most of the model's processes; which ones, the seed decides. */
  private static void startEverybody(ProtocolWorld world, Random random) throws Exception {
    start(world, random, "S", world::single);
    start(world, random, "K", world::secondChunk);
    start(world, random, "R", world::secondChunk);
    start(world, random, "F1", world::finish);
    start(world, random, "F2", world::finish);
    start(world, random, "D", world::delete);
    start(world, random, "GA", world::abortAndSweep);
    start(world, random, "GO", world::collectOrphans);
    start(world, random, "GD", world::sweep);
  }

  private static void start(ProtocolWorld world, Random random, String name, Interleaver.Work work)
      throws Exception {
    if (random.nextInt(4) > 0) {
      world.steps.start(name, work);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "RECORDS") // that is OldBackupTest
  void theCounterexampleOfEachRuleBreaksTheFileWithoutIt(ProtocolRule rule) throws Exception {
    Set<ProtocolRule> rules = EnumSet.complementOf(EnumSet.of(rule));
    try (ProtocolWorld world = world(rule, rules)) {
      replay(rule, world);
      assertThat(world.broken()).as("without %s; %s", rule, world.steps.trace()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "RECORDS") // that is OldBackupTest
  void theSameStepsAreHarmlessWithAllRules(ProtocolRule rule) throws Exception {
    try (ProtocolWorld world = world(rule, ProtocolRule.ALL)) {
      replay(rule, world);
      assertThat(world.broken()).as("with %s; %s", rule, world.steps.trace()).isFalse();
      assertThat(world.storeAndRead()).isEqualTo(world.content());
    }
  }

  private static ProtocolWorld world(ProtocolRule rule, Set<ProtocolRule> rules) {
    long seed = 31L * rule.name().hashCode() + rules.size(); // another file for each world
    return rule == ProtocolRule.LOST_MAY_BE_MINE
        ? new ProtocolWorld(losingTheFirstAnswer(store), rules, seed)
        : new ProtocolWorld(store, rules, seed);
  }

  private static void replay(ProtocolRule rule, ProtocolWorld world) throws Exception {
    switch (rule) {
      case FENCE -> orphanCollectedBeforeTheCommitOfASingle(world);
      case NAMED_CHECK -> orphanCommittedAfterItsMark(world);
      case VERSION_BEFORE_STORE -> orphanCollectedBeforeTheVersionIsRead(world);
      case LOST_MAY_BE_MINE -> commitWhoseAnswerIsLost(world);
      case MARK, MARK_BEFORE_FENCE -> orphanListedAfterItsFence(world);
      case VERSION_BEFORE_VERIFY -> uploadCollectedAfterItWasVerified(world);
      case RECORDS -> throw new IllegalArgumentException("nothing is restored here");
    }
  }

  /** no-fence: S has stored; GO deletes what it found unnamed; S commits on its old version. */
  private static void orphanCollectedBeforeTheCommitOfASingle(ProtocolWorld world)
      throws Exception {
    world.steps.start("S", world::single);
    world.steps.runBefore("S", "compareAndSetFile", 1);
    world.steps.start("GO", world::collectOrphans);
    world.steps.finish("GO");
    world.steps.finish("S");
  }

  /** named-unchecked: GO marks s; S commits it; GO reads the file, which names s now. */
  private static void orphanCommittedAfterItsMark(ProtocolWorld world) throws Exception {
    world.steps.start("S", world::single);
    world.steps.runBefore("S", "compareAndSetFile", 1);
    world.steps.start("GO", world::collectOrphans);
    world.steps.runBefore("GO", "file", 2);
    world.steps.finish("S");
    world.steps.finish("GO");
  }

  /** version-read-late: S has stored; GO collects s with mark and fence; S reads the version. */
  private static void orphanCollectedBeforeTheVersionIsRead(ProtocolWorld world) throws Exception {
    world.steps.start("S", world::single);
    world.steps.step("S"); // reads the file, and stores
    world.steps.start("GO", world::collectOrphans);
    world.steps.finish("GO");
    world.steps.finish("S");
  }

  /** lost-is-not-mine: the commit of S is applied, its answer lost, and the second one refused. */
  private static void commitWhoseAnswerIsLost(ProtocolWorld world) throws Exception {
    world.steps.start("S", world::single);
    world.steps.finish("S");
  }

  /** no-mark, fence-first: GO has fenced c2; K lists it; F1 verifies it; GO deletes; F1 commits. */
  private static void orphanListedAfterItsFence(ProtocolWorld world) throws Exception {
    world.begin();
    world.steps.start("K", world::secondChunk);
    world.steps.runBefore("K", "insertChunk", 1);
    world.steps.start("GO", world::collectOrphans);
    world.steps.runBefore("GO", "compareAndSetFile", 1);
    world.steps.step("GO"); // the fence
    world.steps.finish("K");
    world.steps.start("F1", world::finish);
    runBeforeCommitOrEnd(world, "F1");
    world.steps.finish("GO");
    world.steps.finish("F1");
  }

  /** version-after-verify: F1 has verified; GA collects the upload; F1 reads the version. */
  private static void uploadCollectedAfterItWasVerified(ProtocolWorld world) throws Exception {
    world.begin();
    world.secondChunk();
    world.steps.start("F1", world::finish);
    runBeforeCommitOrEnd(world, "F1");
    world.steps.start("GA", world::abortAndSweep);
    world.steps.finish("GA");
    world.steps.finish("F1");
  }

  /** Up to the commit of a finish, or where it reads the version for it. */
  private static void runBeforeCommitOrEnd(ProtocolWorld world, String name) throws Exception {
    while (world.steps.unfinished().contains(name)
        && !world.steps.pending(name).equals("compareAndSetFile")
        && !(world.steps.pending(name).equals("file") && world.steps.count(name, "file") == 1)) {
      world.steps.step(name);
    }
  }

  /** A store whose driver sends a commit twice, since it got no answer to the first. */
  private static MetadataStore losingTheFirstAnswer(MetadataStore target) {
    return (MetadataStore)
        Proxy.newProxyInstance(
            MetadataStore.class.getClassLoader(),
            new Class<?>[] {MetadataStore.class},
            (self, method, arguments) -> {
              try {
                Object result = method.invoke(target, arguments);
                if (method.getName().equals("compareAndSetFile")) {
                  Object again = method.invoke(target, arguments);
                  return again == WriteOutcome.REFUSED ? WriteOutcome.UNKNOWN : again;
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            });
  }
}
