package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.standalone.KnownFile.Knowledge;
import io.mas.standalone.KnownFile.State;
import io.mas.standalone.MasClient.Answer;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One client of a store that will be killed: uploads, resumes, deletes and downloads at random, and
 * remembers what was acknowledged. Used by one thread at a time; its files are read by others.
 */
final class KillLoad {
  /** With more files of its own it deletes more than it uploads. */
  private static final int MANY_FILES = 20;

  private static final int CHUNK_SIZE = 100_000;
  private static final int MAX_CHUNKS = 4;
  private static final int NO_SUCH_FILE = 5407;

  private final int number;
  private final Random random;
  private final AtomicLong acknowledged;
  private final List<KnownFile> files = new CopyOnWriteArrayList<>();
  private int made;

  /**
   * @param acknowledged counts uploads and deletes
   */
  KillLoad(int number, long seed, AtomicLong acknowledged) {
    this.number = number;
    this.random = new Random(seed + number);
    this.acknowledged = acknowledged;
  }

  List<KnownFile> files() {
    return files;
  }

  /** Forgets files that are known to be gone. */
  void forgetAbsent() {
    files.removeIf(file -> file.state() == State.ABSENT);
  }

  /**
   * Sends requests until the store is killed.
   *
   * @param killed set before it is; a connection that is lost earlier is an error
   */
  void run(MasClient client, List<KillLoad> all, AtomicBoolean killed) {
    try {
      while (!killed.get()) {
        step(client, all);
      }
    } catch (UncheckedIOException lost) {
      if (!killed.get()) {
        throw new AssertionError("connection lost, but the store was not killed", lost);
      }
    }
  }

  private void step(MasClient client, List<KillLoad> all) {
    int dice = random.nextInt(10);
    if (dice < 3) {
      any(all.get(random.nextInt(all.size())).files).ifPresent(file -> download(client, file));
    } else if (dice < 5 || files.size() > MANY_FILES) {
      any(files).ifPresent(file -> delete(client, file));
    } else if (dice < 7) {
      any(files).filter(file -> file.state() != State.STORED).ifPresent(f -> upload(client, f));
    } else {
      KnownFile file = new KnownFile(newContent());
      files.add(file);
      upload(client, file);
    }
    if (files.size() > MANY_FILES) {
      forgetAbsent();
    }
  }

  private Optional<KnownFile> any(List<KnownFile> from) {
    List<KnownFile> now = List.copyOf(from);
    return now.isEmpty() ? Optional.empty() : Optional.of(now.get(random.nextInt(now.size())));
  }

  /** Small parts, erasure-coded ones and those of several blocks. */
  private Content newContent() {
    int most = List.of(2_000, 400_000, 2_500_000).get(random.nextInt(3));
    made++;
    return Content.random(
        "file %d of client %d".formatted(made, number), random.nextInt(most), random.nextLong());
  }

  private void upload(MasClient client, KnownFile file) {
    Content content = file.content();
    boolean inChunks = content.length() > 0 && content.length() % 2 == 0;
    file.invoked();
    boolean stored = inChunks ? chunked(client, content) : done(client.single(content));
    if (stored) {
      file.acknowledged(State.STORED);
      acknowledged.incrementAndGet();
    }
  }

  /** True if it was stored, false if it was left unfinished or refused for now. */
  private boolean chunked(MasClient client, Content content) {
    String token = client.uploadToken(content.hash());
    Answer begun = client.init(token, content.name());
    if (!done(begun) || begun.persistent()) {
      return begun.persistent();
    }
    Set<Integer> stored = numbers(begun.data().path("chunks").asString());
    long size = Math.max(CHUNK_SIZE, content.length() / MAX_CHUNKS + 1);
    List<Integer> missing = new ArrayList<>();
    for (int chunk = 1; (chunk - 1) * size < content.length(); chunk++) {
      if (!stored.contains(chunk)) {
        missing.add(chunk);
      }
    }
    boolean all = random.nextInt(4) > 0;
    for (int chunk : all ? missing : missing.subList(0, missing.size() / 2)) {
      if (!done(client.chunk(token, chunk, ChunkedUpload.chunk(content, size, chunk)))) {
        return false;
      }
    }
    return all && done(client.finish(token));
  }

  /** Ranges such as {@code 1-3,5}. */
  private static Set<Integer> numbers(String ranges) {
    Set<Integer> numbers = new HashSet<>();
    for (String range : ranges.isEmpty() ? new String[0] : ranges.split(",", -1)) {
      String[] ends = range.split("-", -1);
      int last = Integer.parseInt(ends[ends.length - 1]);
      for (int chunk = Integer.parseInt(ends[0]); chunk <= last; chunk++) {
        numbers.add(chunk);
      }
    }
    return numbers;
  }

  private void delete(MasClient client, KnownFile file) {
    State before = file.state();
    file.invoked();
    Answer answer = client.delete(file.content().hash());
    boolean gone = answer.code() == NO_SUCH_FILE && before != State.STORED;
    if (gone || done(answer)) {
      file.acknowledged(State.ABSENT);
      acknowledged.incrementAndGet();
    }
  }

  private void download(MasClient client, KnownFile file) {
    Knowledge before = file.knowledge();
    assertThat(file.verdict(before, client.download(file.content().hash()))).isEmpty();
  }

  /** Whether a request was acknowledged; it may be refused for now, for no other reason. */
  private static boolean done(Answer answer) {
    assertThat(answer.ok() || answer.status() == 503).as("%s", answer).isTrue();
    return answer.ok();
  }
}
