package io.mas.bench;

import io.mas.api.erasure.ErasureCode;
import io.mas.common.object.Layout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Encoding and rebuilding of one stripe; GB counts the bytes of its k data shards. */
@State(Scope.Thread)
public class ErasureBenchmark {
  private static final int BLOCK_SIZE = 1 << 20;

  /** k+m, with the codec that the geometry calls for: 6+5 is codec 2, the others codec 1. */
  @Param({"4+2", "8+4", "10+4", "6+5"})
  public String geometry = "";

  /** Bytes of one shard: 64 KiB and 256 KiB. */
  @Param({"65536", "262144"})
  public int shardLength;

  private final Arena arena = Arena.ofShared();
  private ErasureCode code = ErasureCode.of(Layout.of(1, 0, BLOCK_SIZE));
  private MemorySegment[] shards = {};
  private boolean[] all = {};
  private boolean[] oneLost = {};
  private boolean[] twoLost = {};

  @Setup
  public void fill() {
    String[] counts = geometry.split("\\+", 2);
    Layout layout = Layout.of(Integer.parseInt(counts[0]), Integer.parseInt(counts[1]), BLOCK_SIZE);
    code = ErasureCode.of(layout);
    shards = new MemorySegment[layout.width()];
    Random random = new Random(1);
    byte[] bytes = new byte[shardLength];
    for (int i = 0; i < shards.length; i++) {
      random.nextBytes(bytes);
      shards[i] = arena.allocate(shardLength, 64);
      MemorySegment.copy(bytes, 0, shards[i], ValueLayout.JAVA_BYTE, 0, shardLength);
    }
    code.encode(shards, shardLength);
    all = present();
    oneLost = present(1);
    twoLost = present(0, 2);
  }

  private boolean[] present(int... lost) {
    boolean[] present = new boolean[shards.length];
    Arrays.fill(present, true);
    for (int shard : lost) {
      present[shard] = false;
    }
    return present;
  }

  @TearDown
  public void free() {
    arena.close();
  }

  @Benchmark
  public void encode(Volume volume) {
    code.encode(shards, shardLength);
    volume.add((long) code.k() * shardLength);
  }

  @Benchmark
  public void reconstructOneDataShard(Volume volume) {
    code.reconstruct(shards, oneLost, all, shardLength);
    volume.add((long) code.k() * shardLength);
  }

  @Benchmark
  public void reconstructTwoDataShards(Volume volume) {
    code.reconstruct(shards, twoLost, all, shardLength);
    volume.add((long) code.k() * shardLength);
  }
}
