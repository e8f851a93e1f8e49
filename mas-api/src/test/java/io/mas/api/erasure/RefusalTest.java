package io.mas.api.erasure;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.common.object.Layout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that a code refuses, with a message that names what was wrong. */
class RefusalTest {
  private final Arena arena = Arena.ofConfined();
  private final ErasureCode code = ErasureCode.of(new Layout(2, 1, 1 << 20, 1));
  private final MemorySegment[] shards = {shard(), shard(), shard()};
  private final boolean[] all = {true, true, true};

  private MemorySegment shard() {
    return arena.allocate(1024, Long.BYTES);
  }

  @AfterEach
  void free() {
    arena.close();
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(longs = {-512, 0, 511, 1000})
  void aLengthThatIsNoMultipleOf512(long length) {
    assertRefused(() -> code.encode(shards, length), "shard length " + length);
  }

  @Test
  void tooFewShards() {
    MemorySegment[] two = {shard(), shard()};
    assertRefused(() -> code.encode(two, 512), "2 shards, expected 3 for 2+1");
  }

  @Test
  void aSegmentShorterThanTheShard() {
    assertRefused(() -> code.encode(shards, 1536), "shard 0");
  }

  @Test
  void heapMemory() {
    shards[2] = MemorySegment.ofArray(new long[128]);
    assertRefused(() -> code.encode(shards, 512), "shard 2");
  }

  @Test
  void unalignedMemory() {
    shards[1] = shards[1].asSlice(4);
    assertRefused(() -> code.encode(shards, 512), "shard 1");
  }

  @Test
  void fewerThanKPresent() {
    boolean[] present = {false, true, false};
    assertRefused(
        () -> code.reconstruct(shards, present, all, 512), "1 shards present, expected at least 2");
  }

  @Test
  void flagsOfAnotherGeometry() {
    assertRefused(() -> code.reconstruct(shards, new boolean[4], all, 512), "4 present flags");
    assertRefused(() -> code.reconstruct(shards, all, new boolean[2], 512), "2 wanted flags");
  }

  @Test
  void aWantedShardWithoutMemory() {
    shards[0] = MemorySegment.NULL;
    boolean[] present = {false, true, true};
    assertRefused(() -> code.reconstruct(shards, present, all, 512), "shard 0");
  }
}
