package io.mas.bench;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** zstd on one block of 1 MiB in direct buffers, contexts reused; GB counts raw bytes. */
@State(Scope.Thread)
public class CompressionBenchmark {
  private static final int BLOCK = 1 << 20;

  @Param({"LOGS", "RANDOM"})
  public Sample sample = Sample.RANDOM;

  @Param({"-5", "1", "3"})
  public int level;

  private final ZstdCompressCtx compressor = new ZstdCompressCtx();
  private final ZstdDecompressCtx decompressor = new ZstdDecompressCtx();
  private final ByteBuffer raw = ByteBuffer.allocateDirect(BLOCK);
  private final ByteBuffer output =
      ByteBuffer.allocateDirect(Math.toIntExact(Zstd.compressBound(BLOCK)));
  private final ByteBuffer compressed =
      ByteBuffer.allocateDirect(Math.toIntExact(Zstd.compressBound(BLOCK)));
  private int compressedLength;

  @Setup
  public void fill() {
    raw.put(0, sample.bytes(BLOCK));
    compressor.setLevel(level);
    compressedLength = compress(compressed, 0, BLOCK);
    System.out.printf("# ratio %.3f%n", (double) compressedLength / BLOCK);
  }

  private int compress(ByteBuffer target, int offset, int length) {
    return compressor.compressDirectByteBuffer(target, 0, target.capacity(), raw, offset, length);
  }

  @TearDown
  public void free() {
    compressor.close();
    decompressor.close();
  }

  @Benchmark
  public int compress(Volume volume) {
    volume.add(BLOCK);
    return compress(output, 0, BLOCK);
  }

  @Benchmark
  public int decompress(Volume volume) {
    volume.add(BLOCK);
    return decompressor.decompressDirectByteBuffer(
        output, 0, BLOCK, compressed, 0, compressedLength);
  }

  /** The question whether a block compresses: 4 samples of 16 KiB, spread over it. */
  @Benchmark
  public int probe(Volume volume) {
    volume.add(BLOCK);
    int total = 0;
    for (int i = 0; i < 4; i++) {
      total += compress(output, i * (BLOCK / 4), 16 << 10);
    }
    return total;
  }
}
