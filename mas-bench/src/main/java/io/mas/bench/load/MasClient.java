package io.mas.bench.load;

import io.mas.bench.load.Connection.Answer;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The store's API as a backend and a front end use it, over one connection: each transfer asks for
 * its own token first. Used by one thread.
 */
final class MasClient implements AutoCloseable {
  private static final Pattern TOKEN = Pattern.compile("\"token\":\"([^\"]+)\"");
  private static final Pattern CODE = Pattern.compile("\"code\":(\\d+)");
  private static final String BOUNDARY = "mas-bench-boundary";
  private static final String TAIL = "\r\n--" + BOUNDARY + "--\r\n";

  private final Target target;
  private final Connection connection;
  private final LongAdder requests;

  /** Uploads of the same content, by this or another run, do not share their chunks. */
  private final AtomicLong sessions;

  /**
   * When a transfer happened, by {@link System#nanoTime}.
   *
   * @param token when the token was asked for
   * @param begun when the transfer itself began
   * @param firstByte of a download's body; of the answer to the first request of an upload
   * @param lastByte of the body, or of the last answer
   */
  record Timing(long token, long begun, long firstByte, long lastByte) {}

  /** The store answered something else than 200. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    Refused(String message) {
      super(message);
    }
  }

  MasClient(Target target, Totals totals) throws IOException {
    this.target = target;
    this.connection = new Connection(target.address(), totals.moved);
    this.requests = totals.requests;
    this.sessions = totals.sessions;
  }

  /** Uploads a file in one request. */
  Timing single(FileToSend file) throws IOException, Refused {
    long start = System.nanoTime();
    String token = token("upload", file.hash());
    long begun = System.nanoTime();
    sendForm("/api/file/upload/single", token, file, 0, file.size());
    Answer answer = accepted(connection.answer());
    requireStored(answer, file);
    return new Timing(start, begun, answer.firstByte(), answer.lastByte());
  }

  /** Uploads a file in chunks. */
  Timing chunked(FileToSend file, long chunkSize) throws IOException, Refused {
    long start = System.nanoTime();
    String token = token("upload", file.hash() + "&session=" + sessions.incrementAndGet());
    long begun = System.nanoTime();
    String header = "token: " + token + "\r\n";
    Answer init = get("/api/file/upload/init?name=" + name(file), header);
    if (init.body().contains("\"persistence\":true")) {
      return new Timing(start, begun, init.firstByte(), init.lastByte());
    }
    long chunks = Math.ceilDiv(file.size(), chunkSize);
    for (long i = 0; i < chunks; i++) {
      long offset = i * chunkSize;
      long length = Math.min(chunkSize, file.size() - offset);
      sendForm("/api/file/upload/chuck?chuck=" + (i + 1), token, file, offset, length);
      var _ = accepted(connection.answer());
    }
    Answer finish = get("/api/file/upload/finish?chunks=" + chunks, header + systemToken());
    requireStored(finish, file);
    return new Timing(start, begun, init.firstByte(), finish.lastByte());
  }

  /** Downloads a file and compares each byte. */
  Timing download(FileToSend file) throws IOException, Refused {
    long start = System.nanoTime();
    String token = token("download", file.hash());
    long begun = System.nanoTime();
    requests.increment();
    connection.send(request("GET", "/api/file/upload/download", "token: " + token + "\r\n"));
    Answer answer = accepted(connection.answer(file.content()));
    return new Timing(start, begun, answer.firstByte(), answer.lastByte());
  }

  private String token(String action, String hash) throws IOException, Refused {
    Answer answer = get("/api/token/" + action + "?hash=" + hash, systemToken());
    Matcher token = TOKEN.matcher(answer.body());
    if (!token.find()) {
      throw new IOException("an answer to a request for a token that has none");
    }
    return token.group(1);
  }

  private Answer get(String path, String headers) throws IOException, Refused {
    requests.increment();
    connection.send(request("GET", path, headers));
    return accepted(connection.answer());
  }

  private void sendForm(String path, String token, FileToSend file, long offset, long length)
      throws IOException {
    requests.increment();
    String part =
        "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n\r\n"
            .formatted(BOUNDARY, name(file));
    String headers =
        "token: %s\r\nContent-Type: multipart/form-data; boundary=%s\r\nContent-Length: %d\r\n"
            .formatted(token, BOUNDARY, part.length() + length + TAIL.length());
    connection.send(request("POST", path, headers) + part, file.content(), offset, length, TAIL);
  }

  private String systemToken() {
    return "systemToken: " + target.systemToken() + "\r\n";
  }

  private String request(String method, String path, String headers) {
    return "%s %s HTTP/1.1\r\nHost: %s\r\n%s\r\n"
        .formatted(method, path, target.url().getAuthority(), headers);
  }

  private static String name(FileToSend file) {
    return file.hash().substring(0, 16) + ".bin";
  }

  private static void requireStored(Answer answer, FileToSend file) throws Refused {
    boolean stored =
        answer.body().contains("\"hash\":\"" + file.hash() + "\"")
            && answer.body().contains("\"size\":" + file.size() + ",");
    if (!stored) {
      throw new Refused("an upload was answered for another file: " + answer.body());
    }
  }

  private static Answer accepted(Answer answer) throws Refused {
    if (answer.status() != 200) {
      Matcher code = CODE.matcher(answer.body());
      throw new Refused(
          "%d / %s".formatted(answer.status(), code.find() ? code.group(1) : "no code"));
    }
    return answer;
  }

  @Override
  public void close() {
    connection.close();
  }
}
