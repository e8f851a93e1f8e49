package io.mas.standalone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;

/** What may happen to a shard file. */
public enum Damage {
  /** It is gone. */
  DELETED {
    @Override
    public void to(Path shard, Random random) throws IOException {
      Files.delete(shard);
    }
  },
  /** It ends somewhere. */
  TRUNCATED {
    @Override
    public void to(Path shard, Random random) throws IOException {
      try (FileChannel file = FileChannel.open(shard, StandardOpenOption.WRITE)) {
        file.truncate(random.nextLong(file.size()));
      }
    }
  },
  /** It is there, without a byte. */
  EMPTIED {
    @Override
    public void to(Path shard, Random random) throws IOException {
      try (FileChannel file = FileChannel.open(shard, StandardOpenOption.WRITE)) {
        file.truncate(0);
      }
    }
  },
  /** Some bits are others. */
  FLIPPED {
    @Override
    public void to(Path shard, Random random) throws IOException {
      try (FileChannel file =
          FileChannel.open(shard, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        for (int i = 0; i < 20; i++) {
          long at = random.nextLong(file.size());
          ByteBuffer one = ByteBuffer.allocate(1);
          file.read(one, at);
          one.put(0, (byte) (one.get(0) ^ (1 << random.nextInt(8))));
          file.write(one.flip(), at);
        }
      }
    }
  };

  private static final List<Damage> ALL = List.of(values());

  /** One of them. */
  public static Damage any(Random random) {
    return ALL.get(random.nextInt(ALL.size()));
  }

  /** Does it; the file has at least one byte. */
  public abstract void to(Path shard, Random random) throws IOException;
}
