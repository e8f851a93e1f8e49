package io.mas.bench.load;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/** Chooses and hashes files, before anything is measured. */
final class Preparation {
  private static final int BUFFER = 64 << 10;

  /** About 150 bytes of heap each. */
  private static final int MAX_FILES = 500_000;

  private Preparation() {}

  /**
   * Files of at least {@code bytes} together, hashed on all processors.
   *
   * @param seed other files for another seed
   */
  static List<FileToSend> files(Workload workload, long seed, long bytes) {
    List<Content> contents = contents(workload, seed, bytes);
    return contents.parallelStream().map(Preparation::hashed).toList();
  }

  /** The same for one seed, always. A duplicate repeats any of the files before it. */
  static List<Content> contents(Workload workload, long seed, long bytes) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Content> contents = new ArrayList<>();
    long sum = 0;
    while (sum < bytes && contents.size() < MAX_FILES) {
      boolean repeat = !contents.isEmpty() && random.nextDouble() * 100 < workload.duplicates();
      Content next =
          repeat
              ? contents.get(random.nextInt(contents.size()))
              : new Content(
                  random.nextLong(),
                  workload.sizes().next(random),
                  random.nextDouble() * 100 < workload.compressible());
      contents.add(next);
      sum += Math.max(next.size(), 1);
    }
    return contents;
  }

  private static FileToSend hashed(Content content) {
    MessageDigest digest = sha256();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    for (long at = 0; at < content.size(); at += BUFFER) {
      int length = (int) Math.min(BUFFER, content.size() - at);
      content.fill(at, buffer, length);
      digest.update(buffer.array(), 0, length);
    }
    return new FileToSend(content, HexFormat.of().formatHex(digest.digest()));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
