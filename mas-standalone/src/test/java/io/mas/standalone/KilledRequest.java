package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.standalone.MasClient.Answer;
import io.mas.standalone.MasClient.Download;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.IntStream;

/** A request during which the store dies, what led to it, and what its client does afterwards. */
sealed interface KilledRequest {
  /** Three for a file; of more than a small part, so that they are erasure-coded. */
  int CHUNK_SIZE = 150_000;

  int CHUNKS = 3;

  Content file();

  /** Done long before, by a store that is not to die. */
  default void prepare(MasClient client) {}

  /** The request; the store dies before it is answered, or soon after if it is only noted. */
  Answer send(MasClient client);

  /**
   * Asserts that nothing partial is visible, and tries again until the client has what it wants.
   */
  void recover(MasClient client);

  /** Whether the request is answered before the store dies in what follows from it. */
  default boolean answered() {
    return false;
  }

  /** Whether the file is stored when the client has recovered. */
  default boolean stored() {
    return true;
  }

  /** What a download of the file says. */
  enum Visible {
    ABSENT,
    UNFINISHED,
    COMPLETE;

    void check(MasClient client, Content file) {
      Download download = client.download(file.hash());
      switch (this) {
        case ABSENT -> assertThat(download.code()).as("%s: %s", file, download).isEqualTo(5407);
        case UNFINISHED -> assertThat(download.code()).as("%s: %s", file, download).isEqualTo(5413);
        case COMPLETE -> assertThat(download.is(file)).as("%s: %s", file, download).isTrue();
      }
    }
  }

  /** A whole file in one request. */
  record Single(Content file, Visible after) implements KilledRequest {
    @Override
    public Answer send(MasClient client) {
      return client.single(file);
    }

    @Override
    public void recover(MasClient client) {
      after.check(client, file);
      requireStored(client.single(file));
      requireStored(client.single(file));
    }
  }

  /**
   * The first chunk of three; the second is stored.
   *
   * @param listed what {@code init} says afterwards
   */
  record Chunk(Content file, String listed) implements KilledRequest {
    @Override
    public void prepare(MasClient client) {
      begin(client, file, "");
      sendChunk(client, file, 2);
    }

    @Override
    public Answer send(MasClient client) {
      return client.chunk(client.uploadToken(file.hash()), 1, chunk(file, 1));
    }

    @Override
    public void recover(MasClient client) {
      Visible.UNFINISHED.check(client, file);
      begin(client, file, listed);
      IntStream.rangeClosed(1, CHUNKS)
          .filter(number -> number == 3 || (number == 1 && listed.equals("2")))
          .forEach(missing -> sendChunk(client, file, missing));
      finishTwice(client, file);
    }
  }

  /** The finish of an upload whose chunks are all stored. */
  record Finish(Content file, Visible after) implements KilledRequest {
    @Override
    public void prepare(MasClient client) {
      sendAll(client, file);
    }

    @Override
    public Answer send(MasClient client) {
      return client.finish(client.uploadToken(file.hash()));
    }

    @Override
    public void recover(MasClient client) {
      after.check(client, file);
      if (after == Visible.UNFINISHED) {
        begin(client, file, "1-3");
      }
      finishTwice(client, file);
    }
  }

  /** The delete of a stored file. */
  record Delete(Content file, Visible after) implements KilledRequest {
    @Override
    public void prepare(MasClient client) {
      requireStored(client.single(file));
    }

    @Override
    public Answer send(MasClient client) {
      return client.delete(file.hash());
    }

    @Override
    public void recover(MasClient client) {
      after.check(client, file);
      if (!stored()) {
        assertThat(client.delete(file.hash()).code()).isEqualTo(5407);
      }
    }

    /** A delete that was not applied is not repeated: its note must never cost the file. */
    @Override
    public boolean stored() {
      return after == Visible.COMPLETE;
    }
  }

  /** The delete of a stored file, whose parts are then collected. */
  record Collection(Content file) implements KilledRequest {
    @Override
    public void prepare(MasClient client) {
      requireStored(client.single(file));
    }

    @Override
    public Answer send(MasClient client) {
      return client.delete(file.hash());
    }

    @Override
    public void recover(MasClient client) {
      Visible.ABSENT.check(client, file);
    }

    @Override
    public boolean answered() {
      return true;
    }

    @Override
    public boolean stored() {
      return false;
    }
  }

  /** The abort of an upload, whose chunks are then collected. */
  record Abort(Content file) implements KilledRequest {
    @Override
    public void prepare(MasClient client) {
      sendAll(client, file);
    }

    @Override
    public Answer send(MasClient client) {
      return client.abort(client.uploadToken(file.hash()));
    }

    @Override
    public void recover(MasClient client) {
      Visible.ABSENT.check(client, file);
      sendAll(client, file);
      finishTwice(client, file);
    }

    @Override
    public boolean answered() {
      return true;
    }
  }

  /**
   * The repair of a stored file of which a shard is gone.
   *
   * @param attempts copies of that shard that have been written when it is there again
   * @param shards the file's shards, as they were stored
   */
  record Repair(Content file, int attempts, Set<Path> shards) implements KilledRequest {
    @Override
    public void prepare(MasClient client) {
      requireStored(client.single(file));
    }

    @Override
    public Answer send(MasClient client) {
      try {
        Files.delete(shards.stream().filter(Repair::first).findFirst().orElseThrow());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      Visible.COMPLETE.check(client, file); // which finds out
      return client.single(file);
    }

    @Override
    public void recover(MasClient client) {
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> Shards.ofSameParts(shards).filter(Repair::first).count() == attempts);
      Visible.COMPLETE.check(client, file);
    }

    private static boolean first(Path shard) {
      return Shards.index(shard) == 0;
    }

    @Override
    public boolean answered() {
      return true;
    }
  }

  private static Content chunk(Content file, int number) {
    long from = (number - 1L) * CHUNK_SIZE;
    return file.slice(from, Math.min(file.length(), from + CHUNK_SIZE));
  }

  private static void begin(MasClient client, Content file, String listed) {
    Answer begun = client.init(client.uploadToken(file.hash()), file.name());
    assertThat(begun.ok()).as("init of %s: %s", file, begun).isTrue();
    assertThat(begun.data().path("chunks").asString()).as("chunks of %s", file).isEqualTo(listed);
  }

  private static void sendChunk(MasClient client, Content file, int number) {
    Answer answer = client.chunk(client.uploadToken(file.hash()), number, chunk(file, number));
    assertThat(answer.ok()).as("chunk %d of %s: %s", number, file, answer).isTrue();
  }

  private static void sendAll(MasClient client, Content file) {
    begin(client, file, "");
    IntStream.rangeClosed(1, CHUNKS).forEach(number -> sendChunk(client, file, number));
  }

  private static void finishTwice(MasClient client, Content file) {
    requireStored(client.finish(client.uploadToken(file.hash())));
    requireStored(client.finish(client.uploadToken(file.hash())));
  }

  private static void requireStored(Answer answer) {
    assertThat(answer.ok() && answer.persistent()).as("stored: %s", answer).isTrue();
  }
}
