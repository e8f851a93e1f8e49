package io.mas.standalone.load;

import io.mas.common.error.ErrorCode;
import io.mas.standalone.ChunkedUpload;
import io.mas.standalone.Content;
import io.mas.standalone.MasClient;
import io.mas.standalone.MasClient.Answer;
import io.mas.standalone.load.KnownFile.Change;
import io.mas.standalone.load.KnownFile.Outcome;
import io.mas.standalone.load.KnownFile.State;
import io.mas.standalone.load.Requests.Expected;
import io.mas.standalone.load.Requests.Reply;
import io.mas.standalone.load.Requests.Request;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How one client changes files: single uploads, chunks, deletes. Used by one thread. */
final class UploadSteps {
  /** A file has 2 to 5 chunks, of a size that follows from its length, so that all agree on it. */
  private static final int MOST_CHUNKS = 5;

  private static final int NO_SUCH_FILE = ErrorCode.NO_SUCH_FILE.code();
  private static final int CONFLICT = ErrorCode.CHUNK_CONFLICT.code();
  private static final int MISMATCH = ErrorCode.CONTENT_MISMATCH.code();
  private static final int NOT_INITIALISED = ErrorCode.UPLOAD_NOT_INITIALISED.code();
  private static final int STORED = ErrorCode.ALREADY_STORED.code();

  /** A change by others, or the collection after a delete, came between; to be tried again. */
  private static final int CAME_BETWEEN = ErrorCode.METADATA_NOT_SAVED.code();

  private final Requests requests;
  private final Journal journal;
  private final Random random;

  /** Chunks that were acknowledged in this client's uploads under way. */
  private final Map<KnownFile, Set<Integer>> acknowledged = new HashMap<>();

  /**
   * Files of which a finish was not answered, and may be under way yet: meanwhile no chunk is
   * taken; or of which it found another content: from then on other bytes are.
   */
  private final Set<KnownFile> unsettled = ConcurrentHashMap.newKeySet();

  UploadSteps(Requests requests, Journal journal, Random random) {
    this.requests = requests;
    this.journal = journal;
    this.random = random;
  }

  /** How an upload in chunks goes on after its last chunk. */
  enum Ending {
    NEVER,
    ONCE,
    TWICE,
    EVERYWHERE
  }

  /**
   * Uploads in one request.
   *
   * @param shared whether others may change it meanwhile
   */
  void single(KnownFile file, boolean shared) {
    Content content = file.content();
    Optional<String> token = uploadToken(file);
    if (token.isPresent()) {
      Expected expected =
          shared || file.collected() ? Expected.codes(200, CAME_BETWEEN) : Expected.SUCCESS;
      Request request = request(Operation.SINGLE, file, requests.gateway(), expected);
      Reply<Answer> reply =
          change(
              file,
              State.STORED,
              () -> requests.ask(request, content.length(), c -> c.single(token.get(), content)));
      if (reply.ok()) {
        journal.stored(file);
      }
    }
  }

  private Optional<String> uploadToken(KnownFile file) {
    return requests.token("upload", file.toString(), file.hash(), "");
  }

  private static Request request(
      Operation operation, KnownFile file, MasClient gateway, Expected expected) {
    return new Request(operation, file.toString(), gateway, expected);
  }

  /** Something that changes a file if it succeeds. */
  private interface Changing {
    Reply<Answer> send();
  }

  private Reply<Answer> change(KnownFile file, State to, Changing changing) {
    Change change = file.begin(to, journal.now());
    Reply<Answer> reply = changing.send();
    change.ended(outcome(to, reply), journal.now());
    return reply;
  }

  /** An answer of 4xx, and only that, says that nothing was changed. */
  private static Outcome outcome(State to, Reply<Answer> reply) {
    boolean gone = to == State.ABSENT && reply.is(ErrorCode.NO_SUCH_FILE);
    if (reply.ok() || gone) {
      return Outcome.DONE;
    }
    int status = reply.exchange().result().status();
    return status >= 400 && status < 500 ? Outcome.REFUSED : Outcome.OPEN;
  }

  /** Deletes; a file that is surely stored must be there. */
  void delete(KnownFile file) {
    change(
        file,
        State.ABSENT,
        () ->
            requests.ask(
                request(
                    Operation.DELETE, file, requests.gateway(), Expected.codes(200, NO_SUCH_FILE)),
                0,
                client -> client.delete(file.hash())));
  }

  /** Whether an upload of this file by this client is under way. */
  boolean unfinished(KnownFile file) {
    return acknowledged.containsKey(file);
  }

  /** Uploads in chunks, or goes on with what is there, through all gateways. */
  void chunked(KnownFile file, boolean shared, Ending ending) {
    Optional<String> token = uploadToken(file);
    if (token.isEmpty()) {
      return;
    }
    Optional<Set<Integer>> listed = init(file, token.get());
    if (listed.isEmpty()) {
      return;
    }
    List<Integer> missing =
        IntStream.rangeClosed(1, chunks(file.content()))
            .filter(number -> !listed.get().contains(number))
            .boxed()
            .collect(Collectors.toCollection(ArrayList::new));
    Collections.shuffle(missing, random);
    Upload upload = new Upload(file, token.get(), shared);
    if (!shared && missing.size() > 1 && random.nextInt(4) == 0) {
      upload.finishTooEarly();
    }
    if (upload.send(missing)) {
      upload.provokeConflict();
      upload.end(ending);
    }
  }

  static int chunks(Content content) {
    return (int) Math.ceilDiv(content.length(), chunkSize(content));
  }

  private static long chunkSize(Content content) {
    return content.length() / (2 + content.length() % (MOST_CHUNKS - 1)) + 1;
  }

  /** The chunks that are listed; empty if there is nothing to go on with. */
  private Optional<Set<Integer>> init(KnownFile file, String token) {
    Request request = request(Operation.INIT, file, requests.gateway(), Expected.SUCCESS);
    Change change = file.begin(State.STORED, journal.now());
    Reply<Answer> reply = requests.ask(request, 0, c -> c.init(token, file.content().name()));
    boolean stored = reply.ok() && reply.get().persistent();
    change.ended(stored ? Outcome.DONE : Outcome.REFUSED, journal.now());
    if (!reply.ok() || stored) {
      return Optional.empty();
    }
    Set<Integer> listed = numbers(reply.get().data().path("chunks").asString());
    Set<Integer> mine = acknowledged.getOrDefault(file, Set.of());
    if (!listed.containsAll(mine)) {
      journal.violation(
          "%s, lists chunks %s but %s were acknowledged".formatted(reply.exchange(), listed, mine));
    }
    return Optional.of(listed);
  }

  /** Ranges such as {@code 1-3,5}. */
  private static Set<Integer> numbers(String ranges) {
    Set<Integer> numbers = new HashSet<>();
    for (String range : ranges.isEmpty() ? new String[0] : ranges.split(",", -1)) {
      String[] ends = range.split("-", -1);
      int last = Integer.parseInt(ends[ends.length - 1]);
      IntStream.rangeClosed(Integer.parseInt(ends[0]), last).forEach(numbers::add);
    }
    return numbers;
  }

  /** Gives an upload up; its chunks are gone, and no more are taken. */
  void abort(KnownFile file) {
    Optional<String> token = uploadToken(file);
    if (token.isEmpty()) {
      return;
    }
    acknowledged.remove(file);
    file.aborting();
    Reply<Answer> aborted =
        requests.ask(Operation.ABORT, file.toString(), Expected.SUCCESS, c -> c.abort(token.get()));
    if (aborted.ok()) {
      new Upload(file, token.get(), false).chunk(1, Expected.codes(NOT_INITIALISED, STORED));
    }
  }

  /** Chunks of one file with one token. */
  private final class Upload {
    private final KnownFile file;
    private final String token;
    private final boolean shared;
    private final AtomicBoolean counted = new AtomicBoolean();

    Upload(KnownFile file, String token, boolean shared) {
      this.file = file;
      this.token = token;
      this.shared = shared;
    }

    /** Others may finish, or delete what was finished, meanwhile. */
    private Expected expectedOfChunk() {
      return shared || unsettled.contains(file)
          ? Expected.codes(200, CONFLICT, NOT_INITIALISED, STORED)
          : Expected.SUCCESS;
    }

    private Reply<Answer> chunk(int number, Expected expected) {
      Content chunk = ChunkedUpload.chunk(file.content(), chunkSize(file.content()), number);
      return chunk(number, chunk, requests.gateway(), expected);
    }

    private Reply<Answer> chunk(int number, Content chunk, MasClient gateway, Expected expected) {
      return requests.ask(
          request(Operation.CHUNK, file, gateway, expected),
          chunk.length(),
          client -> client.chunk(token, number, chunk));
    }

    /** Sends chunks in parallel, one of them twice; whether all are stored. */
    boolean send(List<Integer> numbers) {
      List<Integer> sent = new ArrayList<>(numbers);
      if (!numbers.isEmpty() && random.nextBoolean()) {
        sent.add(numbers.getFirst());
      }
      Expected expected = expectedOfChunk();
      Map<Integer, Future<Reply<Answer>>> replies = new HashMap<>();
      boolean all = true;
      try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int number : sent) {
          MasClient gateway = requests.gateway();
          Content chunk = ChunkedUpload.chunk(file.content(), chunkSize(file.content()), number);
          replies.put(number, senders.submit(() -> chunk(number, chunk, gateway, expected)));
        }
      }
      for (Map.Entry<Integer, Future<Reply<Answer>>> reply : replies.entrySet()) {
        boolean stored = reply.getValue().resultNow().ok();
        all &= stored;
        if (stored && !shared) {
          acknowledged.computeIfAbsent(file, f -> new HashSet<>()).add(reply.getKey());
        }
      }
      return all;
    }

    /** The first chunk again, with other bytes. */
    void provokeConflict() {
      if (!shared && !unsettled.contains(file) && random.nextInt(4) == 0) {
        long size = Math.min(chunkSize(file.content()), file.content().length());
        Content other = Content.random("other", size, random.nextLong());
        chunk(1, other, requests.gateway(), Expected.codes(CONFLICT));
      }
    }

    /** A finish without some chunks; without the last ones only, what is there is another file. */
    void finishTooEarly() {
      finish(requests.gateway(), Expected.codes(CONFLICT, MISMATCH));
    }

    void end(Ending ending) {
      if (ending == Ending.NEVER) {
        return;
      }
      acknowledged.remove(file);
      Expected expected = expectedOfFinish();
      switch (ending) {
        case NEVER -> throw new IllegalStateException("returned above");
        case ONCE -> finish(requests.gateway(), expected);
        case TWICE -> {
          finish(requests.gateway(), expected);
          finish(requests.gateway(), expected);
        }
        case EVERYWHERE -> finishEverywhere(expected);
      }
    }

    /** After a delete, an upload of before may turn out to be the deleted file. */
    private Expected expectedOfFinish() {
      if (shared) {
        return Expected.codes(200, CONFLICT, NO_SUCH_FILE, NOT_INITIALISED, CAME_BETWEEN);
      }
      return file.collected()
          ? Expected.codes(200, CONFLICT, NO_SUCH_FILE, CAME_BETWEEN)
          : Expected.SUCCESS;
    }

    private void finishEverywhere(Expected expected) {
      try (ExecutorService finishers = Executors.newVirtualThreadPerTaskExecutor()) {
        for (MasClient gateway : requests.gateways()) {
          finishers.execute(() -> finish(gateway, expected));
        }
      }
    }

    private void finish(MasClient gateway, Expected expected) {
      Function<MasClient, Answer> exchange = client -> client.finish(token);
      Reply<Answer> reply =
          change(
              file,
              State.STORED,
              () -> requests.ask(request(Operation.FINISH, file, gateway, expected), 0, exchange));
      if (reply.ok()) {
        unsettled.remove(file);
        if (!counted.getAndSet(true)) {
          journal.stored(file);
        }
      } else if (outcome(State.STORED, reply) == Outcome.OPEN || reply.code() == MISMATCH) {
        unsettled.add(file);
      }
    }
  }
}
