package io.mas.api.block;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.BlockEntry;
import io.mas.common.object.Compression;
import io.mas.common.object.Layout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class BlockCodecTest {
  private static final long SEED = 20_261_123;
  private static final Layout FOUR_TWO = Layout.of(4, 2, 1 << 20);

  private final BlockCodec codec = new BlockCodec();
  private final BufferPool pool = new BufferPool(64 << 20, Duration.ofSeconds(5));

  /** What a block is made of. */
  enum Content {
    ZERO,
    TEXT,
    RANDOM,
    /** Compressible where the probe looks, random elsewhere: the full run must notice. */
    DECEIVING;

    byte[] bytes(int length) {
      byte[] bytes = new byte[length];
      switch (this) {
        case ZERO -> {}
        case TEXT -> {
          for (int i = 0; i < length; i++) {
            bytes[i] = (byte) ("The quick brown fox jumps. ".charAt(i % 27) + (i / 5000) % 3);
          }
        }
        case RANDOM -> new Random(SEED).nextBytes(bytes);
        case DECEIVING -> {
          new Random(SEED).nextBytes(bytes);
          Arrays.fill(bytes, 0, Math.min(length, length / 16), (byte) 0);
        }
      }
      return bytes;
    }
  }

  @AfterEach
  void nothingIsHeld() {
    assertThat(pool.heldBytes()).isZero();
    pool.close();
  }

  static Stream<Integer> sizes() {
    return IntStream.of(1, 511, 512, 513, 2048, 65_535, 65_536, 65_537, 1 << 20)
        .flatMap(n -> n == 1 << 20 ? IntStream.of(n - 1, n) : IntStream.of(n))
        .boxed();
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void whatWasEncodedIsDecoded(int size) throws Exception {
    for (Content content : Content.values()) {
      byte[] raw = content.bytes(size);
      assertThat(read(store(FOUR_TWO, raw), List.of()))
          .as("%s of %d", content, size)
          .isEqualTo(raw);
    }
  }

  @ParameterizedTest
  @EnumSource(Content.class)
  void everyLossOfUpToMShardsIsRebuilt(Content content) throws Exception {
    for (Layout layout :
        List.of(
            FOUR_TWO,
            Layout.of(1, 2, 1 << 16),
            Layout.of(3, 3, 1 << 17),
            Layout.of(2, 5, 1 << 16))) {
      byte[] raw = content.bytes(layout.blockSize() - 77);
      Stored stored = store(layout, raw);
      for (List<Integer> lost : subsets(layout.width(), layout.m())) {
        assertThat(read(stored, lost)).as("%s without %s", layout, lost).isEqualTo(raw);
      }
    }
  }

  @Test
  void aBlockIsCompressedOnlyIfThatSavesATenth() throws Exception {
    assertThat(store(FOUR_TWO, Content.TEXT.bytes(1 << 20)).entry.compression())
        .isEqualTo(Compression.ZSTD);
    assertThat(store(FOUR_TWO, Content.RANDOM.bytes(1 << 20)).entry.compression())
        .isEqualTo(Compression.RAW);
    assertThat(store(FOUR_TWO, Content.DECEIVING.bytes(60_000)).entry.compression())
        .as("not worth a tenth")
        .isEqualTo(Compression.RAW);
  }

  @Test
  void whatTheBufferHeldBeforeIsNotInTheShards() throws Exception {
    byte[] raw = Content.RANDOM.bytes(5000);
    Stored clean = store(FOUR_TWO, raw);
    try (BlockBuffer dirty = BlockBuffer.acquire(pool, FOUR_TWO)) {
      dirty.raw().fill((byte) 0x5a);
      dirty.other().fill((byte) 0xa5);
    }
    assertThat(store(FOUR_TWO, raw).shards).isDeepEqualTo(clean.shards);
  }

  @ParameterizedTest
  @EnumSource(Content.class)
  void aFlippedBitIsCaught(Content content) throws Exception {
    Stored stored = store(FOUR_TWO, content.bytes(200_000));
    Random random = new Random(SEED);
    int used = stored.entry.storedLength();
    for (int i = 0; i < 50; i++) {
      int at = random.nextInt(used);
      int length = stored.shards[0].length;
      stored.shards[at / length][at % length] ^= (byte) (1 << random.nextInt(8));
      assertCaught(stored, content.bytes(200_000));
      stored.shards[at / length][at % length] =
          store(FOUR_TWO, content.bytes(200_000)).shards[at / length][at % length];
    }
  }

  /** Refused; or right all the same, since some bits of a zstd frame mean nothing. */
  private void assertCaught(Stored stored, byte[] raw) throws InterruptedException {
    try {
      assertThat(read(stored, List.of())).isEqualTo(raw);
      assertThat(stored.entry.compression()).isEqualTo(Compression.ZSTD);
    } catch (MasException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.DECOMPRESSION_FAILED);
    }
  }

  /** The negative control: with the checksum that the wrong bytes have, they come through. */
  @Test
  void withoutTheChecksumAFlippedBitWouldComeThrough() throws Exception {
    byte[] raw = Content.RANDOM.bytes(200_000);
    Stored stored = store(FOUR_TWO, raw);
    stored.shards[1][7] ^= 4;
    byte[] wrong = raw.clone();
    wrong[stored.shards[0].length + 7] ^= 4;
    int crc = Checksum.crc32c(MemorySegment.ofArray(wrong));
    BlockEntry blind = new BlockEntry(raw.length, raw.length, Compression.RAW, crc);
    assertThat(read(new Stored(FOUR_TWO, blind, stored.shards), List.of())).isEqualTo(wrong);
  }

  @Test
  void theChecksumIsThatOfRfc3720() {
    byte[] ascending = new byte[32];
    for (int i = 0; i < 32; i++) {
      ascending[i] = (byte) i;
    }
    assertThat(Checksum.crc32c(MemorySegment.ofArray(ascending))).isEqualTo(0x46dd794e);
  }

  /** A block as nodes have it. */
  private static final class Stored {
    final Layout layout;
    final BlockEntry entry;
    final byte[][] shards;

    Stored(Layout layout, BlockEntry entry, byte[][] shards) {
      this.layout = layout;
      this.entry = entry;
      this.shards = shards;
    }
  }

  private Stored store(Layout layout, byte[] raw) throws InterruptedException {
    try (BlockBuffer buffer = BlockBuffer.acquire(pool, layout)) {
      MemorySegment.copy(raw, 0, buffer.raw(), ValueLayout.JAVA_BYTE, 0, raw.length);
      EncodedBlock block = codec.encode(buffer, raw.length);
      byte[][] shards = new byte[layout.width()][];
      for (int i = 0; i < shards.length; i++) {
        shards[i] = block.shard(i).bytes().toArray(ValueLayout.JAVA_BYTE);
        assertThat(block.shard(i).crc())
            .isEqualTo(Checksum.crc32c(MemorySegment.ofArray(shards[i])));
      }
      return new Stored(layout, block.entry(), shards);
    }
  }

  private byte[] read(Stored stored, List<Integer> lost) throws InterruptedException {
    try (BlockBuffer buffer = BlockBuffer.acquire(pool, stored.layout)) {
      return decode(buffer, stored, lost).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private MemorySegment decode(BlockBuffer buffer, Stored stored, List<Integer> lost) {
    boolean[] present = new boolean[stored.layout.width()];
    for (int i = 0; i < present.length; i++) {
      present[i] = !lost.contains(i);
      MemorySegment into = BlockCodec.shardOf(buffer, stored.entry, i);
      if (present[i]) {
        into.copyFrom(MemorySegment.ofArray(stored.shards[i]));
      } else {
        into.fill((byte) 0xee);
      }
    }
    return codec.decode(buffer, stored.entry, present);
  }

  @Test
  void lostShardsAreCodedAgainByteForByte() throws InterruptedException {
    Layout layout = Layout.of(4, 2, 1 << 20);
    for (int length : List.of(1, 1000, 1 << 20)) {
      byte[] raw = new byte[length];
      new Random(length).nextBytes(raw);
      Stored stored = store(layout, raw);
      for (List<Integer> lost : subsets(layout.width(), layout.m())) {
        assertCodedAgain(stored, lost);
      }
    }
  }

  private void assertCodedAgain(Stored stored, List<Integer> lost) throws InterruptedException {
    try (BlockBuffer buffer = BlockBuffer.acquire(pool, stored.layout)) {
      MemorySegment _ = decode(buffer, stored, lost);
      EncodedBlock again = codec.encodeAgain(buffer, stored.entry, Set.copyOf(lost));
      assertThat(again.shards()).containsOnlyKeys(lost);
      for (int shard : lost) {
        assertThat(again.shard(shard).bytes().toArray(ValueLayout.JAVA_BYTE))
            .isEqualTo(stored.shards[shard]);
      }
    }
  }

  /** No checksum of the block covers it, so what a node sends there is not believed. */
  @Test
  void paddingIsZeroWhateverANodeHasSent() throws InterruptedException {
    Stored stored = store(Layout.of(4, 2, 1 << 20), new byte[] {1, 2, 3});
    byte[][] sent = stored.shards.clone();
    sent[3] = new byte[sent[3].length];
    Arrays.fill(sent[3], (byte) 7);
    Stored lie = new Stored(stored.layout, stored.entry, sent);
    try (BlockBuffer buffer = BlockBuffer.acquire(pool, stored.layout)) {
      MemorySegment _ = decode(buffer, lie, List.of(4, 5));
      EncodedBlock again = codec.encodeAgain(buffer, stored.entry, Set.of(3, 4));
      for (int shard : List.of(3, 4)) {
        assertThat(again.shard(shard).bytes().toArray(ValueLayout.JAVA_BYTE))
            .isEqualTo(stored.shards[shard]);
      }
    }
  }

  /** All sets of at most {@code most} of the numbers below {@code n}. */
  private static List<List<Integer>> subsets(int n, int most) {
    List<List<Integer>> all = new ArrayList<>();
    for (int bits = 0; bits < 1 << n; bits++) {
      if (Integer.bitCount(bits) <= most) {
        int set = bits;
        all.add(IntStream.range(0, n).filter(i -> (set >> i & 1) == 1).boxed().toList());
      }
    }
    return all;
  }
}
