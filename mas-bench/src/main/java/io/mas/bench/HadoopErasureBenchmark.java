package io.mas.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.apache.hadoop.io.erasurecode.ErasureCoderOptions;
import org.apache.hadoop.io.erasurecode.rawcoder.RSRawEncoder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The peer: Hadoop's Reed-Solomon encoder in pure Java, on heap arrays and on direct buffers. */
@State(Scope.Thread)
public class HadoopErasureBenchmark {
  @Param({"4+2", "8+4", "10+4", "6+5"})
  public String geometry = "";

  /** Bytes of one shard. */
  @Param({"65536", "262144"})
  public int shardLength;

  private RSRawEncoder encoder = new RSRawEncoder(new ErasureCoderOptions(1, 1));
  private byte[][] data = {};
  private byte[][] parity = {};
  private ByteBuffer[] directData = {};
  private ByteBuffer[] directParity = {};

  @Setup
  public void fill() {
    String[] counts = geometry.split("\\+", 2);
    int k = Integer.parseInt(counts[0]);
    int m = Integer.parseInt(counts[1]);
    encoder = new RSRawEncoder(new ErasureCoderOptions(k, m));
    data = new byte[k][shardLength];
    parity = new byte[m][shardLength];
    directData = direct(k);
    directParity = direct(m);
    Random random = new Random(1);
    for (int i = 0; i < k; i++) {
      random.nextBytes(data[i]);
      directData[i].put(0, data[i]);
    }
  }

  private ByteBuffer[] direct(int count) {
    ByteBuffer[] buffers = new ByteBuffer[count];
    for (int i = 0; i < count; i++) {
      buffers[i] = ByteBuffer.allocateDirect(shardLength);
    }
    return buffers;
  }

  @Benchmark
  public void encodeHeap(Volume volume) throws IOException {
    encoder.encode(data, parity);
    volume.add((long) data.length * shardLength);
  }

  /** The encoder moves the positions of its inputs to their ends. */
  @Benchmark
  public void encodeDirect(Volume volume) throws IOException {
    for (ByteBuffer buffer : directData) {
      buffer.clear();
    }
    encoder.encode(directData, directParity);
    volume.add((long) data.length * shardLength);
  }
}
