package io.mas.bench;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Random;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The two checks that every byte passes: SHA-256 of the file, CRC32C of block and shard. */
@State(Scope.Thread)
public class HashBenchmark {
  /** Bytes hashed at a time: a shard of a 4+2 block and a block. */
  @Param({"262144", "1048576"})
  public int length;

  private final MessageDigest sha256;
  private final CRC32C crc = new CRC32C();
  private byte[] heap = {};
  private ByteBuffer direct = ByteBuffer.allocateDirect(0);

  public HashBenchmark() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Setup
  public void fill() {
    heap = new byte[length];
    new Random(1).nextBytes(heap);
    direct = ByteBuffer.allocateDirect(length).put(0, heap);
  }

  @Benchmark
  public byte[] sha256Heap(Volume volume) {
    volume.add(length);
    return sha256.digest(heap);
  }

  @Benchmark
  public byte[] sha256Direct(Volume volume) {
    volume.add(length);
    sha256.update(direct.clear());
    return sha256.digest();
  }

  @Benchmark
  public long crc32cHeap(Volume volume) {
    volume.add(length);
    crc.reset();
    crc.update(heap);
    return crc.getValue();
  }

  @Benchmark
  public long crc32cDirect(Volume volume) {
    volume.add(length);
    crc.reset();
    crc.update(direct.clear());
    return crc.getValue();
  }
}
