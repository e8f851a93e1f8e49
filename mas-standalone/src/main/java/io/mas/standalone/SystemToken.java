package io.mas.standalone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Set;
import java.util.random.RandomGenerator;

/** The systemToken that a data directory keeps, in a file that only its owner can read. */
final class SystemToken {
  static final String NAME = "system-token";

  /** As many as of the temporary tokens (design.md, section 8). */
  private static final int RANDOM_BYTES = 32;

  private SystemToken() {}

  /**
   * The token of the directory, made at the first call.
   *
   * @param random must not be guessable
   * @throws StartProblem if it cannot be read or written
   */
  static String of(Path directory, RandomGenerator random) {
    Path file = directory.resolve(NAME);
    try {
      if (!Files.exists(file)) {
        write(file, random);
      }
      String token = Files.readString(file, StandardCharsets.US_ASCII).strip();
      if (token.isEmpty()) {
        throw new StartProblem(
            "The file %s is empty.".formatted(file), "Delete it, and a new token is made.");
      }
      return token;
    } catch (IOException e) {
      throw new StartProblem(
          "The file %s cannot be read or written: %s.".formatted(file, e),
          "Make it readable for the user that starts MAS, or use --system-token.",
          e);
    }
  }

  private static void write(Path file, RandomGenerator random) throws IOException {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes) + "\n";
    Path temporary = file.resolveSibling(NAME + ".tmp");
    Files.deleteIfExists(temporary);
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            ownerOnly)) {
      channel.write(ByteBuffer.wrap(token.getBytes(StandardCharsets.US_ASCII)));
      channel.force(true);
    }
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
