package io.mas.bench;

import io.mas.common.protocol.InternalKey;
import io.mas.common.protocol.InternalKeys;
import io.mas.common.protocol.SignedRequest;
import java.security.SecureRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What a request between gateway and node costs beyond its bytes: signed by the one, verified by
 * the other. The body's CRC32C, once on either side, is in {@link HashBenchmark}.
 */
@State(Scope.Benchmark)
public class SignatureBenchmark {
  private final SecureRandom random = new SecureRandom();
  private final InternalKey key = InternalKeys.random(random).first();
  private final SignedRequest put =
      new SignedRequest(
          "PUT",
          "/internal/v1/shards/0190a1b2c3d47e5f8123456789abcdef/7/5/00c0ffee00c0ffee?hash="
              + "ab".repeat(32)
              + "&k=4&m=2&block-size=1048576&codec=1",
          "1",
          "3f0e8b1c-2d4a-4c55-9d0e-7b1f2a3c4d5e",
          "9f86d081884c7d659a2feaa0c55ad015",
          "42",
          262_176,
          "0a1b2c3d",
          "1764000000000",
          "00000000000000ff");
  private final String signature = put.sign(key);

  @Benchmark
  public String sign() {
    return put.sign(key);
  }

  @Benchmark
  public boolean verify() {
    return put.signedBy(key, signature);
  }

  @Benchmark
  public long nonce() {
    return random.nextLong();
  }
}
