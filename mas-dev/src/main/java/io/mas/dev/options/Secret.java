package io.mas.dev.options;

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
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** A secret that a directory keeps, in a file that only its owner can read. */
final class Secret {
  /** As many as of the temporary tokens (design.md, section 8). */
  private static final int RANDOM_BYTES = 32;

  private Secret() {}

  /**
   * The secret of this name, made at the first call.
   *
   * @param random must not be guessable
   * @throws StartProblem if it cannot be read or written
   */
  static String of(Path directory, String name, RandomGenerator random) {
    return of(directory, name, () -> random(random));
  }

  /** The same, made in another way. */
  static String of(Path directory, String name, Supplier<String> made) {
    Path file = directory.resolve(name);
    try {
      if (!Files.exists(file)) {
        write(file, made.get());
      }
      String secret = Files.readString(file, StandardCharsets.US_ASCII).strip();
      if (secret.isEmpty()) {
        throw new StartProblem(
            "The file %s is empty.".formatted(file), "Delete it, and a new one is made.");
      }
      return secret;
    } catch (IOException e) {
      throw new StartProblem(
          "The file %s cannot be read or written: %s.".formatted(file, e),
          "Make it readable for the user that starts MAS.",
          e);
    }
  }

  /** Writes each secret to a file of its name in the directory. */
  static Path tree(Path directory, Map<String, String> secrets) {
    try {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      for (Map.Entry<String, String> secret : secrets.entrySet()) {
        write(directory.resolve(secret.getKey()), secret.getValue());
      }
      return directory;
    } catch (IOException e) {
      throw new StartProblem(
          "The secrets in %s cannot be written: %s.".formatted(directory, e),
          "Make it writable for the user that starts MAS.",
          e);
    }
  }

  private static String random(RandomGenerator random) {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Writes a secret, in place of one that the file may hold. */
  static void write(Path file, String secret) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    Files.deleteIfExists(temporary);
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            ownerOnly)) {
      channel.write(ByteBuffer.wrap((secret + "\n").getBytes(StandardCharsets.US_ASCII)));
      channel.force(true);
    }
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
