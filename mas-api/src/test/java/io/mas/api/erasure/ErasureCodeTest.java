package io.mas.api.erasure;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.common.object.Layout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Both codecs against {@link NaiveCode}, and the bytes of the format. */
class ErasureCodeTest {
  private static final int BLOCK_SIZE = 1 << 20;

  /** Superblocks: one, an odd number, and lengths below, at and across the edge of a tile. */
  private static final int[] LENGTHS = {512, 1024, 3 * 512, 4096, 4096 + 512, 8192 + 3 * 512};

  /** Of every test; {@code -Dmas.test.seed} repeats a run. */
  private static final long SEED = Long.getLong("mas.test.seed", new Random().nextLong());

  private final RandomGenerator random = new Random(SEED);

  @BeforeAll
  static void printSeed() {
    System.out.println("ErasureCodeTest: mas.test.seed=" + SEED);
  }

  /** Every small geometry in each codec that is offered for it, and the large ones in use. */
  static List<Layout> layouts() {
    List<Layout> layouts = new ArrayList<>();
    for (int k = 1; k <= 7; k++) {
      for (int m = 0; m <= 6; m++) {
        addOffered(layouts, k, m);
      }
    }
    int[][] large = {{8, 3}, {8, 4}, {10, 4}, {12, 4}, {9, 5}};
    for (int[] geometry : large) {
      addOffered(layouts, geometry[0], geometry[1]);
    }
    return layouts;
  }

  private static void addOffered(List<Layout> layouts, int k, int m) {
    if (Layout.of(k, m, BLOCK_SIZE).codec() == 1) {
      layouts.add(new Layout(k, m, BLOCK_SIZE, 1));
    }
    layouts.add(new Layout(k, m, BLOCK_SIZE, 2));
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void parityIsThatOfTheNaiveCode(Layout layout) {
    for (int length : LENGTHS) {
      try (Arena arena = Arena.ofConfined()) {
        Stripe stripe = Stripe.random(arena, layout, length, random);
        ErasureCode.of(layout).encode(stripe.shards(), length);
        assertAllRight(stripe);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"28,4,2", "29,3,1", "21,4,1", "22,4,2", "16,16,2", "1,31,2", "32,0,1", "31,1,1"})
  void theWidestParityIsThatOfTheNaiveCode(int k, int m, int codec) {
    try (Arena arena = Arena.ofConfined()) {
      Stripe stripe = Stripe.random(arena, new Layout(k, m, BLOCK_SIZE, codec), 1024, random);
      ErasureCode.of(stripe.layout()).encode(stripe.shards(), stripe.length());
      assertAllRight(stripe);
    }
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void everyLossOfUpToMShardsIsRebuilt(Layout layout) {
    rebuildEveryLoss(layout, 512);
  }

  @ParameterizedTest
  @CsvSource({"4,2,1,1024", "4,2,1,4608", "4,2,1,9728", "3,5,2,4608", "5,3,2,9728", "2,2,1,1536"})
  void everyLossOfUpToMShardsIsRebuiltAcrossTiles(int k, int m, int codec, int length) {
    rebuildEveryLoss(new Layout(k, m, BLOCK_SIZE, codec), length);
  }

  @ParameterizedTest
  @CsvSource({"29,3", "20,4"})
  void everyLossInAWideCodec1IsRebuilt(int k, int m) {
    rebuildEveryLoss(new Layout(k, m, BLOCK_SIZE, 1), 512);
  }

  @ParameterizedTest
  @CsvSource({"28,4", "22,4", "20,12", "16,16", "8,24", "1,31"})
  void randomLossesInAWideCodec2AreRebuilt(int k, int m) {
    try (Arena arena = Arena.ofConfined()) {
      Stripe stripe = Stripe.random(arena, new Layout(k, m, BLOCK_SIZE, 2), 1024, random);
      IntStream.range(0, k + m).forEach(stripe::restore);
      for (int round = 0; round < 200; round++) {
        rebuild(stripe, randomLoss(stripe.layout()));
      }
    }
  }

  private void rebuildEveryLoss(Layout layout, int length) {
    try (Arena arena = Arena.ofConfined()) {
      Stripe stripe = Stripe.random(arena, layout, length, random);
      IntStream.range(0, layout.width()).forEach(stripe::restore);
      for (int lost : losses(layout)) {
        rebuild(stripe, lost);
      }
    }
  }

  /** All sets of at most m shards, as bit masks. */
  private static int[] losses(Layout layout) {
    List<Integer> losses = new ArrayList<>();
    collect(losses, 0, 0, layout.m(), layout.width());
    return losses.stream().mapToInt(Integer::intValue).toArray();
  }

  private static void collect(List<Integer> losses, int lost, int from, int more, int width) {
    losses.add(lost);
    for (int shard = from; more > 0 && shard < width; shard++) {
      collect(losses, lost | 1 << shard, shard + 1, more - 1, width);
    }
  }

  private int randomLoss(Layout layout) {
    int lost = 0;
    while (Integer.bitCount(lost) < layout.m()) {
      lost |= 1 << random.nextInt(layout.width());
    }
    return lost;
  }

  /** Destroys the lost shards, rebuilds them, and looks at all: the others must not change. */
  private static void rebuild(Stripe stripe, int lost) {
    boolean[] present = new boolean[stripe.shards().length];
    boolean[] wanted = new boolean[stripe.shards().length];
    for (int shard = 0; shard < present.length; shard++) {
      wanted[shard] = true;
      present[shard] = (lost >> shard & 1) == 0;
      if (!present[shard]) {
        stripe.destroy(shard);
      }
    }
    ErasureCode.of(stripe.layout()).reconstruct(stripe.shards(), present, wanted, stripe.length());
    assertAllRight(stripe);
  }

  private static void assertAllRight(Stripe stripe) {
    for (int shard = 0; shard < stripe.shards().length; shard++) {
      if (!stripe.isRight(shard)) {
        throw new AssertionError("shard %d of %s is wrong".formatted(shard, stripe.layout()));
      }
    }
  }

  @Test
  void onlyWantedShardsAreWritten() {
    try (Arena arena = Arena.ofConfined()) {
      Stripe stripe = Stripe.random(arena, new Layout(4, 2, BLOCK_SIZE, 1), 1024, random);
      IntStream.range(0, 6).forEach(stripe::restore);
      stripe.destroy(1);
      stripe.destroy(5);
      boolean[] present = {true, false, true, true, true, false};
      boolean[] wanted = {false, true, false, false, false, false};
      ErasureCode.of(stripe.layout()).reconstruct(stripe.shards(), present, wanted, 1024);
      assertThat(stripe.isRight(1)).isTrue();
      assertThat(stripe.isDestroyed(5)).isTrue();
    }
  }

  @Test
  void shardsNeitherPresentNorWantedAreNeverTouched() {
    try (Arena arena = Arena.ofConfined()) {
      Stripe stripe = Stripe.random(arena, new Layout(4, 2, BLOCK_SIZE, 1), 1024, random);
      IntStream.range(0, 6).forEach(stripe::restore);
      stripe.destroy(0);
      stripe.shards()[4] = MemorySegment.NULL;
      boolean[] present = {false, true, true, true, false, true};
      boolean[] wanted = {true, false, false, false, false, false};
      ErasureCode.of(stripe.layout()).reconstruct(stripe.shards(), present, wanted, 1024);
      assertThat(stripe.isRight(0)).isTrue();
    }
  }

  @Test
  void bytesBehindTheShardLengthAreLeftAlone() {
    try (Arena arena = Arena.ofConfined()) {
      Stripe stripe = Stripe.random(arena, new Layout(3, 2, BLOCK_SIZE, 1), 2048, random);
      stripe.destroy(3);
      ErasureCode.of(stripe.layout()).encode(stripe.shards(), 1024);
      assertThat(stripe.shards()[3].asSlice(1024).toArray(ValueLayout.JAVA_BYTE))
          .containsOnly(0x5a);
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1,2", "2,1", "3,1", "4,1", "5,2", "31,2"})
  void oneDataShardMeansIdenticalCopies(int m, int codec) {
    try (Arena arena = Arena.ofConfined()) {
      Stripe stripe = Stripe.random(arena, new Layout(1, m, BLOCK_SIZE, codec), 4608, random);
      ErasureCode.of(stripe.layout()).encode(stripe.shards(), 4608);
      for (int copy = 1; copy <= m; copy++) {
        assertThat(stripe.bytes(copy)).isEqualTo(stripe.bytes(0));
      }
    }
  }

  /**
   * The format, nailed down: data byte n of shard i is (7 i + n + n / 256) mod 256 for 4608 bytes;
   * the checksum is CRC32C over all parity shards in order, as a third implementation (Python,
   * Horner loops over the planes) computed it.
   */
  @ParameterizedTest
  @CsvSource({
    "1,2,1,1470075334",
    "4,2,1,1517880448",
    "6,3,1,3882210419",
    "8,4,1,4203944339",
    "10,4,1,2533066361",
    "21,4,1,2681987167",
    "29,3,1,3389553246",
    "1,5,2,4235066925",
    "4,2,2,1199531972",
    "6,5,2,1171956555",
    "22,4,2,2224314716",
    "16,16,2,2052108535",
    "10,10,2,465025310"
  })
  void theBytesNeverChange(int k, int m, int codec, long expectedCrc) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment[] shards = new MemorySegment[k + m];
      for (int i = 0; i < k + m; i++) {
        shards[i] = arena.allocate(4608, Long.BYTES);
        for (int n = 0; i < k && n < 4608; n++) {
          shards[i].set(ValueLayout.JAVA_BYTE, n, (byte) (7 * i + n + n / 256));
        }
      }
      ErasureCode.of(new Layout(k, m, BLOCK_SIZE, codec)).encode(shards, 4608);
      CRC32C crc = new CRC32C();
      for (int r = 0; r < m; r++) {
        crc.update(shards[k + r].asByteBuffer());
      }
      assertThat(crc.getValue()).isEqualTo(expectedCrc);
    }
  }
}
