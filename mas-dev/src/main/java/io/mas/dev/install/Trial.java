package io.mas.dev.install;

import io.mas.dev.install.StoreClient.Action;
import java.io.PrintStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import tools.jackson.databind.JsonNode;

/**
 * {@code helm test}: stores files of its own in both ways, reads them back, and deletes them,
 * whatever happens.
 */
final class Trial {
  private static final int SINGLE_BYTES = 3 << 20;
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int CHUNKS = 3;
  private static final int WHOLE = 200;
  private static final int PART = 206;
  private static final int NO_SUCH_FILE = 5407;

  private final StoreClient store;
  private final RandomGenerator random;
  private final PrintStream out;

  /**
   * @param random so that no file of somebody else has the same hash
   */
  Trial(StoreClient store, RandomGenerator random, PrintStream out) {
    this.store = store;
    this.random = random;
    this.out = out;
  }

  /**
   * Tries all of it.
   *
   * @throws TrialFailedException at the first thing that is not as it should be
   */
  void run() {
    inOne();
    inChunks();
  }

  /**
   * Stores a file that stays, and returns its hash.
   *
   * @throws TrialFailedException if it cannot be stored
   */
  String keep(int length) {
    byte[] content = content(length);
    String hash = sha256(content);
    stored(store.single(store.token(Action.UPLOAD, hash), content), hash, length);
    return hash;
  }

  /**
   * Reads a file that was stored some time.
   *
   * @throws TrialFailedException if it is not there, or other bytes come
   */
  void read(String hash) {
    byte[] content = store.download(store.token(Action.DOWNLOAD, hash), "", WHOLE);
    require(sha256(content).equals(hash), "other bytes came back of " + hash);
    out.printf("read %d bytes of %s%n", content.length, hash);
  }

  private void inOne() {
    byte[] content = content(SINGLE_BYTES);
    String hash = sha256(content);
    thenDelete(
        hash,
        () -> {
          stored(store.single(store.token(Action.UPLOAD, hash), content), hash, content.length);
          out.printf("stored %d bytes in one request%n", content.length);
          JsonNode again = store.init(store.token(Action.UPLOAD, hash));
          require(again.path("persistence").asBoolean(false), "what is stored would be sent again");
          out.println("it need not be sent again");
          readBack(hash, content);
        });
  }

  private void inChunks() {
    byte[] content = content(CHUNKS * CHUNK_BYTES - 1);
    String hash = sha256(content);
    thenDelete(
        hash,
        () -> {
          String token = store.token(Action.UPLOAD, hash);
          JsonNode begun = store.init(token);
          require(!begun.path("persistence").asBoolean(true), "a file that is new is stored");
          for (int number = 1; number <= CHUNKS; number++) {
            JsonNode chunk = store.chunk(token, number, chunk(content, number));
            require(
                chunk.path("speed").asInt(0) == number,
                "chunk %d is not counted".formatted(number));
          }
          stored(store.finish(token), hash, content.length);
          out.printf("stored %d bytes in %d chunks%n", content.length, CHUNKS);
          readBack(hash, content);
        });
  }

  private static byte[] chunk(byte[] content, int number) {
    int end = Math.min(content.length, number * CHUNK_BYTES);
    return Arrays.copyOfRange(content, (number - 1) * CHUNK_BYTES, end);
  }

  /** What went wrong first is told, also if the file cannot be deleted because of it. */
  private void thenDelete(String hash, Runnable attempt) {
    try {
      attempt.run();
    } catch (TrialFailedException e) {
      try {
        store.delete(hash);
      } catch (TrialFailedException more) {
        e.addSuppressed(more);
      }
      throw e;
    }
    store.delete(hash);
    require(store.code(hash) == NO_SUCH_FILE, "a deleted file is still there");
    out.println("deleted it");
  }

  private static void stored(JsonNode file, String hash, int length) {
    require(
        file.path("hash").asString("").equals(hash)
            && file.path("size").asInt(0) == length
            && file.path("persistence").asBoolean(false),
        "the answer is of another file: " + file);
  }

  private void readBack(String hash, byte[] content) {
    String token = store.token(Action.DOWNLOAD, hash);
    require(Arrays.equals(store.download(token, "", WHOLE), content), "other bytes came back");
    int from = content.length / 3;
    int to = content.length - 7;
    byte[] range = store.download(token, "bytes=%d-%d".formatted(from, to - 1), PART);
    require(
        Arrays.equals(range, Arrays.copyOfRange(content, from, to)),
        "other bytes came back for a range");
    out.println("read it back, all of it and a range");
  }

  private byte[] content(int length) {
    byte[] content = new byte[length];
    random.nextBytes(content);
    return content;
  }

  private static void require(boolean good, String otherwise) {
    if (!good) {
      throw new TrialFailedException(otherwise);
    }
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
