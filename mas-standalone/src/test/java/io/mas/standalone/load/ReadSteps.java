package io.mas.standalone.load;

import io.mas.common.error.ErrorCode;
import io.mas.standalone.Content;
import io.mas.standalone.MasClient;
import io.mas.standalone.MasClient.Answer;
import io.mas.standalone.MasClient.Bytes;
import io.mas.standalone.MasClient.Download;
import io.mas.standalone.load.KnownFile.State;
import io.mas.standalone.load.Requests.Expected;
import io.mas.standalone.load.Requests.Reply;
import io.mas.standalone.load.Requests.Request;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/** How one client reads files, its own and those of others. Used by one thread. */
final class ReadSteps {
  private static final int LONGEST_RANGE = 300_000;
  private static final int LONGEST_OF_SEVERAL = 20_000;
  private static final int PAGE = 4;
  private static final int NOT_FINISHED = ErrorCode.UPLOAD_NOT_FINISHED.code();

  /** A file may be absent; the {@link Journal} knows whether it may. */
  private static final Expected ANY_STATE =
      Expected.codes(200, ErrorCode.NO_SUCH_FILE.code(), NOT_FINISHED);

  private final Requests requests;
  private final Journal journal;
  private final Random random;

  ReadSteps(Requests requests, Journal journal, Random random) {
    this.requests = requests;
    this.journal = journal;
    this.random = random;
  }

  void whole(KnownFile file) {
    read(Operation.DOWNLOAD, file, (client, token) -> client.fetch(token), file.content());
  }

  /** The whole file through this gateway. */
  void whole(KnownFile file, MasClient gateway) {
    Optional<String> token = downloadToken(file);
    token.ifPresent(
        t -> {
          Request request = request(Operation.DOWNLOAD, file, gateway);
          judge(file, requests.receive(request, c -> c.fetch(t)), file.content());
        });
  }

  void range(KnownFile file) {
    Content content = file.content();
    if (content.length() > 0) {
      long from = random.nextLong(content.length());
      long to = Math.min(content.length(), from + 1 + random.nextInt(LONGEST_RANGE));
      String header = "bytes=%d-%d".formatted(from, to - 1);
      read(
          Operation.RANGE,
          file,
          (client, token) -> client.fetch(token, "Range", header),
          content.slice(from, to));
    }
  }

  void seek(KnownFile file) {
    Content content = file.content();
    long from = random.nextLong(content.length() + 1);
    read(
        Operation.SEEK,
        file,
        (client, token) -> client.fetchFrom(token, from),
        content.slice(from, content.length()));
  }

  void ifNoneMatch(KnownFile file) {
    read(
        Operation.NOT_MODIFIED,
        file,
        (client, token) -> client.fetch(token, "If-None-Match", '"' + file.hash() + '"'),
        file.content().slice(0, 0));
  }

  /** Two ranges that do not touch. */
  void ranges(KnownFile file) {
    long half = file.content().length() / 2;
    if (half < 2) {
      return;
    }
    List<ByteRanges.Range> ranges =
        List.of(range(0, half), range(half + 1, file.content().length()));
    downloadToken(file)
        .ifPresent(
            token -> {
              Reply<Bytes> reply =
                  requests.receiveBytes(
                      request(Operation.RANGES, file, requests.gateway()),
                      client -> client.fetchBytes(token, "Range", ByteRanges.header(ranges)));
              sawState(file, reply);
              if (reply.ok() && !ByteRanges.hold(reply.get(), ranges, file.content())) {
                wrong(reply, file);
              }
            });
  }

  private ByteRanges.Range range(long from, long to) {
    long start = random.nextLong(from, to);
    return new ByteRanges.Range(
        start, Math.min(to, start + 1 + random.nextInt(LONGEST_OF_SEVERAL)));
  }

  /** A request for bytes with a token. */
  private interface Fetch {
    Download apply(MasClient client, String token);
  }

  private void read(Operation operation, KnownFile file, Fetch fetch, Content wanted) {
    downloadToken(file)
        .ifPresent(
            token -> {
              Request request = request(operation, file, requests.gateway());
              judge(file, requests.receive(request, c -> fetch.apply(c, token)), wanted);
            });
  }

  private Optional<String> downloadToken(KnownFile file) {
    return requests.token("download", file.toString(), file.hash(), "");
  }

  private Request request(Operation operation, KnownFile file, MasClient gateway) {
    long start = journal.now();
    return new Request(
        operation,
        file.toString(),
        gateway,
        result -> ANY_STATE.test(result) || collected(file, start, result));
  }

  /**
   * The bytes of a deleted file are there for the grace, and some tests have a short one. Those of
   * a file that is stored again, and has been all the time, must be there.
   */
  private boolean collected(KnownFile file, long start, Exchange.Result result) {
    boolean bytesGone =
        (result.isBrokenOff() && result.status() > 0)
            || result.code() == ErrorCode.TOO_FEW_SHARDS.code();
    boolean stored = file.state(start, journal.now()).equals(Optional.of(State.STORED));
    return bytesGone && file.collected() && !stored;
  }

  private void judge(KnownFile file, Reply<Download> reply, Content wanted) {
    sawState(file, reply);
    if (reply.ok() && !reply.get().holds(wanted)) {
      wrong(reply, file);
    }
  }

  private void wrong(Reply<?> reply, KnownFile file) {
    journal.violation("%s, wrong or partial bytes of %s".formatted(reply.exchange(), file));
  }

  private void sawState(KnownFile file, Reply<?> reply) {
    boolean gone = reply.is(ErrorCode.NO_SUCH_FILE) || reply.is(ErrorCode.UPLOAD_NOT_FINISHED);
    if (reply.ok() || gone) {
      Exchange exchange = reply.exchange();
      journal.saw(file, gone ? State.ABSENT : State.STORED, exchange.start(), exchange.end());
    }
  }

  void info(KnownFile file) {
    Reply<Answer> reply =
        requests.ask(Operation.INFO, file.toString(), ANY_STATE, c -> c.info(file.hash()));
    judgeInfo(file, reply);
  }

  /** What is known of the file through this gateway. */
  void info(KnownFile file, MasClient gateway) {
    Request request = request(Operation.INFO, file, gateway);
    judgeInfo(file, requests.ask(request, 0, client -> client.info(file.hash())));
  }

  private void judgeInfo(KnownFile file, Reply<Answer> reply) {
    sawState(file, reply);
    if (reply.ok() && reply.get().data().path("size").asLong() != file.content().length()) {
      journal.violation("%s, wrong size of %s".formatted(reply.exchange(), file));
    }
  }

  /** Goes through the list of the files whose names begin so; these are to be in it, if stored. */
  void list(String prefix, List<KnownFile> files) {
    long start = journal.now();
    Set<String> listed = new HashSet<>();
    String cursor = "";
    do {
      String from = cursor;
      Function<MasClient, Answer> page = client -> client.list(prefix, from, PAGE);
      Reply<Answer> reply = requests.ask(Operation.LIST, prefix, Expected.SUCCESS, page);
      if (!reply.ok()) {
        return;
      }
      for (JsonNode file : reply.get().data().path("files")) {
        listed.add(file.path("hash").asString());
      }
      cursor = reply.get().data().path("cursor").asString("");
    } while (!cursor.isEmpty());
    long end = journal.now();
    for (KnownFile file : files) {
      State seen = listed.contains(file.hash()) ? State.STORED : State.ABSENT;
      journal.saw(file, seen, start, end);
    }
  }
}
