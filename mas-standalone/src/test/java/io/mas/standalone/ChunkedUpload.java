package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.standalone.MasClient.Answer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Uploads in chunks, four at a time and in an order of its own, as a browser may. */
public final class ChunkedUpload {
  private ChunkedUpload() {}

  /**
   * Sends all chunks and finishes; the answer is that of {@code finish}, or of {@code init} if the
   * file is stored already.
   */
  public static Answer send(MasClient client, Content content, long chunkSize, long seed)
      throws Exception {
    String token = client.uploadToken(content.hash());
    Answer begun = client.init(token, content.name());
    assertThat(begun.ok()).as("init: %s", begun).isTrue();
    if (begun.persistent()) {
      return begun;
    }
    int chunks = (int) Math.max(1, (content.length() + chunkSize - 1) / chunkSize);
    List<Integer> order = new ArrayList<>(IntStream.rangeClosed(1, chunks).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    try (ExecutorService senders = Executors.newFixedThreadPool(4)) {
      List<Future<Answer>> answers = new ArrayList<>();
      for (int number : order) {
        answers.add(
            senders.submit(() -> client.chunk(token, number, chunk(content, chunkSize, number))));
      }
      for (Future<Answer> answer : answers) {
        assertThat(answer.get().ok()).as("chunk: %s, seed %d", answer.get(), seed).isTrue();
      }
    }
    return client.finish(token);
  }

  /** The bytes of a chunk, numbered from 1. */
  public static Content chunk(Content content, long chunkSize, int number) {
    long from = (number - 1) * chunkSize;
    return content.slice(from, Math.min(content.length(), from + chunkSize));
  }
}
