package io.mas.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Random;

/** Kinds of content, the same in every run. */
public enum Sample {
  /** Log lines in JSON: repeated keys, random ids, times and numbers. */
  LOGS {
    @Override
    public byte[] bytes(int length) {
      Random random = new Random(1);
      StringBuilder lines = new StringBuilder(length + 256);
      for (long time = 1_790_000_000_000L; lines.length() < length; time += random.nextInt(50)) {
        lines.append(
            "{\"time\":%d,\"level\":\"%s\",\"request\":\"%016x\",\"path\":\"/api/v1/files/%08x\",\"status\":%d,\"bytes\":%d}\n"
                .formatted(
                    time,
                    random.nextInt(10) == 0 ? "WARN" : "INFO",
                    random.nextLong(),
                    random.nextInt(),
                    random.nextInt(20) == 0 ? 404 : 200,
                    random.nextInt(1 << 20)));
      }
      return Arrays.copyOf(lines.toString().getBytes(UTF_8), length);
    }
  },

  /** Nothing to find, as in media and archives. */
  RANDOM {
    @Override
    public byte[] bytes(int length) {
      byte[] bytes = new byte[length];
      new Random(1).nextBytes(bytes);
      return bytes;
    }
  };

  public abstract byte[] bytes(int length);
}
