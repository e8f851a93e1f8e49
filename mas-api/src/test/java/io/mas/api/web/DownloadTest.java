package io.mas.api.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Objects;
import org.apache.commons.fileupload2.core.MultipartInput;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Downloads on a real socket: ranges, conditions, headers, and files that break off. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DownloadTest {
  private static final int SIZE = 100_000;
  private static final String ETAG = '"' + FakeFile.HASH.hex() + '"';
  private static final String FILE = "/test/file";

  private TestServer server;

  @BeforeAll
  void start() {
    server = TestServer.start();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void theWholeFileComesWithAllHeaders() throws IOException {
    RawClient.Answer answer = get(FILE);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.content()).isEqualTo(FakeFile.bytes(0, SIZE));
    assertThat(answer.header("ETag")).isEqualTo(ETAG);
    assertThat(answer.header("Repr-Digest"))
        .isEqualTo("sha-256=:" + Base64.getEncoder().encodeToString(FakeFile.HASH.bytes()) + ":");
    assertThat(answer.header("Accept-Ranges")).isEqualTo("bytes");
    assertThat(answer.header("Content-Type")).isEqualToIgnoringCase("text/plain;charset=utf-8");
    assertThat(answer.header("Content-Disposition"))
        .isEqualTo("inline; filename=\"__.txt\"; filename*=UTF-8''%E6%8A%A5%E5%91%8A.txt");
    assertThat(answer.header("Cache-Control")).isEqualTo("private, max-age=31536000, immutable");
    assertThat(answer.header("Vary")).as("one address, many files").isEqualTo("token");
    assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(answer.header("Content-Security-Policy")).isEqualTo("sandbox; default-src 'none'");
    assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
    assertThat(answer.header("X-Request-Id")).isNotBlank();
  }

  @Test
  void headHasTheSameHeadersAndNoBody() throws IOException {
    try (RawClient client = server.connect()) {
      RawClient.Answer answer = client.request("HEAD", FILE, "Range: bytes=0-4");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("Content-Length")).isEqualTo("100000");
      assertThat(answer.header("ETag")).isEqualTo(ETAG);
      assertThat(client.get("/test/get").status()).isEqualTo(200);
    }
  }

  @Test
  void aRangeIsPartialContent() throws IOException {
    RawClient.Answer answer = get(FILE, "Range: bytes=70000-70009");
    assertThat(answer.status()).isEqualTo(206);
    assertThat(answer.header("Content-Range")).isEqualTo("bytes 70000-70009/100000");
    assertThat(answer.content()).isEqualTo(FakeFile.bytes(70_000, 70_010));
    assertThat(answer.header("ETag")).isEqualTo(ETAG);
  }

  @Test
  void severalRangesAreMultipartOfExactlyTheAnnouncedLength() throws IOException {
    try (RawClient client = server.connect()) {
      RawClient.Answer answer = client.get(FILE, "Range: bytes=0-9,50000-60000,-1");
      assertThat(answer.status()).isEqualTo(206);
      assertThat(answer.complete()).isTrue();
      String type = Objects.requireNonNull(answer.header("Content-Type"));
      var body = answer.text();
      assertThat(type).startsWith("multipart/byteranges; boundary=");
      assertThat(body).contains("Content-Range: bytes 50000-60000/100000\r\n");
      assertThat(body).endsWith("\r\n--" + type.substring(type.indexOf('=') + 1) + "--\r\n");
      assertThat(parts(answer, type)).isEqualTo(expectedParts());
      assertThat(client.get("/test/get").status()).isEqualTo(200);
    }
  }

  private static String expectedParts() {
    return latin(FakeFile.bytes(0, 10))
        + latin(FakeFile.bytes(50_000, 60_001))
        + latin(FakeFile.bytes(99_999, 100_000));
  }

  private static String parts(RawClient.Answer answer, String type) throws IOException {
    String boundary = type.substring(type.indexOf('=') + 1);
    var input =
        MultipartInput.builder()
            .setInputStream(new ByteArrayInputStream(answer.content()))
            .setBoundary(boundary.getBytes(StandardCharsets.US_ASCII))
            .get();
    var all = new StringBuilder();
    for (boolean more = input.skipPreamble(); more; more = input.readBoundary()) {
      String headers = input.readHeaders();
      assertThat(headers.toLowerCase(Locale.ROOT)).contains("content-type: text/plain");
      all.append(latin(input.newInputStream().readAllBytes()));
    }
    return all.toString();
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  @Test
  void aRangeBehindTheEndIs416() throws IOException {
    RawClient.Answer answer = get(FILE, "Range: bytes=100000-");
    assertThat(answer.status()).isEqualTo(416);
    assertThat(answer.header("Content-Range")).isEqualTo("bytes */100000");
    assertThat(answer.text()).contains("\"code\":5205");
  }

  @Test
  void ifRangeWithAnotherTagGetsTheWholeFile() throws IOException {
    assertThat(get(FILE, "Range: bytes=0-1", "If-Range: " + ETAG).status()).isEqualTo(206);
    assertThat(get(FILE, "Range: bytes=0-1", "If-Range: \"x\"").status()).isEqualTo(200);
    assertThat(get(FILE, "Range: bytes=0-1", "If-Range: W/" + ETAG).status()).isEqualTo(200);
    assertThat(get(FILE, "Range: bytes=0-1", "If-Range: Sat, 01 Jan 2028 00:00:00 GMT").status())
        .isEqualTo(200);
  }

  @Test
  void aClientThatHasTheFileGetsNoBody() throws IOException {
    for (String tag : new String[] {ETAG, "W/" + ETAG, "*", "\"x\", " + ETAG}) {
      RawClient.Answer answer = get(FILE, "If-None-Match: " + tag);
      assertThat(answer.status()).isEqualTo(304);
      assertThat(answer.header("ETag")).isEqualTo(ETAG);
      assertThat(answer.header("Content-Type")).isNull();
    }
    assertThat(get(FILE, "If-None-Match: \"x\"").status()).isEqualTo(200);
  }

  @Test
  void ifMatchWithAnotherTagIs412() throws IOException {
    assertThat(get(FILE, "If-Match: \"x\"").status()).isEqualTo(412);
    assertThat(get(FILE, "If-Match: " + ETAG).status()).isEqualTo(200);
    assertThat(get(FILE, "If-Match: *").status()).isEqualTo(200);
  }

  /** A weak tag says nothing of the bytes (RFC 9110, 13.1.1). */
  @Test
  void ifMatchComparesStrongly() throws IOException {
    assertThat(get(FILE, "If-Match: W/" + ETAG).status()).isEqualTo(412);
    assertThat(get(FILE, "If-Match: W/" + ETAG + ", " + ETAG).status()).isEqualTo(200);
  }

  @Test
  void seekAnswersTheRestWithoutTagAndDigest() throws IOException {
    RawClient.Answer answer = get(FILE + "?seek=99990", "Range: bytes=0-1", "If-None-Match: *");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.content()).isEqualTo(FakeFile.bytes(99_990, SIZE));
    assertThat(answer.header("ETag")).isNull();
    assertThat(answer.header("Repr-Digest")).isNull();
  }

  @Test
  void seekToTheEndIsEmptyAndBehindItIs416() throws IOException {
    RawClient.Answer end = get(FILE + "?seek=100000");
    assertThat(end.status()).isEqualTo(200);
    assertThat(end.header("Content-Length")).isEqualTo("0");
    RawClient.Answer behind = get(FILE + "?seek=100001");
    assertThat(behind.status()).isEqualTo(416);
    assertThat(behind.header("Content-Range")).isEqualTo("bytes */100000");
  }

  @Test
  void anEmptyFileIsAFile() throws IOException {
    RawClient.Answer answer = get(FILE + "?size=0");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Length")).isEqualTo("0");
    assertThat(get(FILE + "?size=0", "Range: bytes=0-").status()).isEqualTo(416);
  }

  @Test
  void whatABrowserCouldRunIsOnlySaved() throws IOException {
    for (String name : new String[] {"a.svg", "a.html", "a.xml", "a", "a.png.exe"}) {
      RawClient.Answer answer = get(FILE + "?name=" + name);
      assertThat(answer.header("Content-Type")).isEqualTo("application/octet-stream");
      assertThat(answer.header("Content-Disposition")).startsWith("attachment");
    }
  }

  @Test
  void aFileWhoseFirstBlockIsLostIs503() throws IOException {
    for (String range : new String[] {"", "bytes=5-9", "bytes=5-9,20-30"}) {
      RawClient.Answer answer = get(FILE + "?lost=0", "Range: " + range);
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.text()).contains("\"code\":5404");
      assertThat(answer.header("Retry-After")).isNotNull();
      assertThat(answer.header("ETag")).isNull();
      assertThat(answer.header("Content-Disposition")).isNull();
      assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    }
  }

  @Test
  void aFileThatBreaksOffEndsTooEarly() throws IOException {
    for (String range : new String[] {"", "bytes=5-99990", "bytes=0-50000,60000-99999"}) {
      try (RawClient client = server.connect()) {
        RawClient.Answer answer = client.get(FILE + "?lost=90000", "Range: " + range);
        assertThat(answer.status()).isIn(200, 206);
        assertThat(answer.complete()).as(range).isFalse();
        assertThat(client.closed()).isTrue();
      }
    }
  }

  @Test
  void aSmallFileThatBreaksOffBeforeAnythingLeftIsAnsweredProperly() throws IOException {
    try (RawClient client = server.connect()) {
      RawClient.Answer answer = client.get(FILE + "?size=3000&lost=2000");
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.complete()).isTrue();
      assertThat(answer.text()).contains("\"code\":5404");
      assertThat(answer.header("Content-Range")).isNull();
    }
  }

  private RawClient.Answer get(String target, String... headers) throws IOException {
    try (RawClient client = server.connect()) {
      RawClient.Answer answer = client.get(target, headers);
      assertThat(answer.complete()).isTrue();
      return answer;
    }
  }
}
