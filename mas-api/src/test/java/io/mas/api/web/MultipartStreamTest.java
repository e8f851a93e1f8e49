package io.mas.api.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.commons.fileupload2.core.MultipartInput;
import org.junit.jupiter.api.Test;

class MultipartStreamTest {
  private static final String BOUNDARY = "-----BB-B";
  private static final String DELIMITER = "\r\n--" + BOUNDARY;
  private static final int BUFFER = 64 * 1024;

  @Test
  void aDelimiterMayStraddleTheBuffersEndAtEveryOffset() throws IOException {
    for (int size = BUFFER - 200; size < BUFFER + 200; size++) {
      List<String> contents = List.of("x".repeat(size), "second");
      assertThat(parts(new ByteArrayInputStream(body(contents)))).isEqualTo(contents);
    }
  }

  @Test
  void aDelimiterMayComeInTwoReadsCutAtEveryOffset() throws IOException {
    List<String> contents = List.of("first", "", "\r\n--" + BOUNDARY.substring(1));
    byte[] body = body(contents);
    for (int cut = 1; cut < body.length; cut++) {
      assertThat(parts(new Reads(body, cut, body.length))).isEqualTo(contents);
    }
    assertThat(parts(new Reads(body, 1))).isEqualTo(contents);
  }

  @Test
  void contentThatIsAlmostADelimiterComesWhole() throws IOException {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int i = 0; i < 300; i++) {
      int size = random.nextInt(8) == 0 ? 3 * BUFFER : 500;
      List<String> contents = List.of(nearlyDelimiters(random, size), nearlyDelimiters(random, 60));
      byte[] body = body(contents);
      InputStream reads = new Reads(body, 1 + random.nextInt(40), 1 + random.nextInt(BUFFER));
      assertThat(parts(reads).equals(contents)).as("seed %d, body %d", seed, i).isTrue();
    }
  }

  /** The peer is Apache Commons FileUpload; what neither reads to its end ends in "!". */
  @Test
  void aBodyCutShortAnywhereGivesWhatThePeerGives() throws IOException {
    byte[] body = body(List.of("first", "\r\n-\r\n--", ""));
    for (int length = 0; length <= body.length; length++) {
      assertThat(partsOrFailure(new ByteArrayInputStream(body, 0, length)))
          .as("%d of %d bytes", length, body.length)
          .isEqualTo(peersPartsOrFailure(new ByteArrayInputStream(body, 0, length)));
    }
  }

  /** CR is left out: the peer does not see CR CR LF CR LF as the end of headers. */
  @Test
  void aBodyWithWrongBytesGivesWhatThePeerGives() throws IOException {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      byte[] body = body(List.of("first", "second"));
      body[2 + random.nextInt(body.length - 2)] = (byte) "\n-B x".charAt(random.nextInt(5));
      assertThat(partsOrFailure(new ByteArrayInputStream(body)))
          .as("seed %d, body %d: %s", seed, i, new String(body, StandardCharsets.ISO_8859_1))
          .isEqualTo(peersPartsOrFailure(new ByteArrayInputStream(body)));
    }
  }

  @Test
  void whatStandsBeforeTheFirstAndBehindTheLastBoundaryIsSkipped() throws IOException {
    String body = "preamble\r\n" + text(body(List.of("content"))) + "epilogue" + DELIMITER + "\r\n";
    assertThat(parts(new ByteArrayInputStream(bytes(body)))).containsExactly("content");
  }

  @Test
  void beforeTheFirstBoundaryMayStand64KiB() throws IOException {
    String form = "\r\n" + text(body(List.of("content")));
    String most = "p".repeat(64 * 1024 - 2); // the line's end before the body counts too
    for (int read : new int[] {100, BUFFER}) {
      assertThat(parts(new Reads(bytes(most + form), read))).containsExactly("content");
      MultipartStream tooLate = open(new Reads(bytes(most + "p" + form), read));
      assertThatExceptionOfType(MasException.class)
          .isThrownBy(tooLate::nextPart)
          .withMessageContaining("65536 bytes")
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.UNREADABLE_BODY));
    }
  }

  @Test
  void aBodyWithoutABoundaryIsNotReadToItsEnd() {
    var reads = new Reads(bytes("x".repeat(50 * BUFFER)), BUFFER);
    assertThatExceptionOfType(MasException.class).isThrownBy(open(reads)::nextPart);
    assertThat(reads.count).isLessThanOrEqualTo(3);
  }

  /** What is skipped of a part that nobody reads is no preamble. */
  @Test
  void aLongPartMayBeSkipped() throws IOException {
    MultipartStream stream =
        open(new ByteArrayInputStream(body(List.of("x".repeat(3 * BUFFER), "second"))));
    assertThat(stream.nextPart()).isTrue();
    assertThat(stream.nextPart()).isTrue();
  }

  @Test
  void afterTheLastPartThereIsNoOther() throws IOException {
    var stream = open(new ByteArrayInputStream(body(List.of())));
    assertThat(stream.nextPart()).isFalse();
    assertThat(stream.nextPart()).isFalse();
  }

  @Test
  void headersMayBe16KiBLong() throws IOException {
    String head = "--" + BOUNDARY + "\r\n";
    String longest = "h".repeat(16 * 1024 - 4) + "\r\n\r\n";
    for (int read : new int[] {100, BUFFER}) {
      MultipartStream stream = open(new Reads(bytes(head + longest + "x"), read));
      stream.nextPart();
      assertThat(stream.headers()).isEqualTo(longest);
      MultipartStream tooLong = open(new Reads(bytes(head + "h" + longest + "x"), read));
      tooLong.nextPart();
      assertThatThrownBy(tooLong::headers).hasMessageContaining("16384 bytes");
    }
  }

  @Test
  void theBodyIsReadOnlyWhenNothingElseCanBeGiven() throws IOException {
    byte[] body = body(List.of("x".repeat(1000)));
    var reads = new Reads(body, 500, 100);
    MultipartStream stream = open(reads);
    stream.nextPart();
    stream.headers();
    InputStream content = stream.content();
    assertThat(reads.count).isEqualTo(1);
    assertThat(content.read(new byte[300])).isEqualTo(300);
    assertThat(content.read(new byte[300])).isPositive();
    assertThat(reads.count).isEqualTo(1);
    assertThat(content.read(new byte[300])).isEqualTo(100);
    assertThat(reads.count).isEqualTo(2);
  }

  @Test
  void aPassedPartRefusesToBeRead() throws IOException {
    MultipartStream stream = open(new ByteArrayInputStream(body(List.of("first", "second"))));
    stream.nextPart();
    stream.headers();
    InputStream first = stream.content();
    stream.nextPart();
    assertThatThrownBy(first::read).isInstanceOf(IOException.class).hasMessageContaining("part 1");
  }

  @Test
  void singleBytesAreUnsigned() throws IOException {
    MultipartStream stream = open(new ByteArrayInputStream(body(List.of("\u00ff"))));
    stream.nextPart();
    stream.headers();
    InputStream content = stream.content();
    assertThat(content.read()).isEqualTo(255);
    assertThat(content.read()).isEqualTo(-1);
  }

  private static MultipartStream open(InputStream body) {
    return new MultipartStream(body, BOUNDARY);
  }

  private static byte[] body(List<String> contents) {
    var body = new StringBuilder();
    for (String content : contents) {
      body.append("--%s\r\nName: a\r\n\r\n%s\r\n".formatted(BOUNDARY, content));
    }
    return bytes(body.append("--%s--\r\n".formatted(BOUNDARY)).toString());
  }

  /** Beginnings of the delimiter and other bytes, but never the whole of it. */
  private static String nearlyDelimiters(Random random, int size) {
    var content = new StringBuilder();
    while (content.length() < size) {
      if (random.nextBoolean()) {
        content.append(DELIMITER, 0, random.nextInt(DELIMITER.length()));
      } else {
        content.append((char) random.nextInt(256));
      }
    }
    return content.toString().replace(DELIMITER, "x");
  }

  private static List<String> parts(InputStream body) throws IOException {
    var parts = new ArrayList<String>();
    read(body, parts);
    return parts;
  }

  private static void read(InputStream body, List<String> parts) throws IOException {
    MultipartStream stream = open(body);
    while (stream.nextPart()) {
      parts.add(text(stream.headers()) + text(stream.content().readAllBytes()));
    }
  }

  private static List<String> partsOrFailure(InputStream body) {
    var parts = new ArrayList<String>();
    try {
      read(body, parts);
    } catch (IOException e) {
      parts.add("!");
    }
    return parts;
  }

  private static List<String> peersPartsOrFailure(InputStream body) throws IOException {
    MultipartInput peer =
        MultipartInput.builder().setInputStream(body).setBoundary(bytes(BOUNDARY)).get();
    var parts = new ArrayList<String>();
    try {
      for (boolean more = peer.skipPreamble(); more; more = peer.readBoundary()) {
        parts.add(text(peer.readHeaders()) + text(peer.newInputStream().readAllBytes()));
      }
    } catch (IOException e) {
      parts.add("!");
    }
    return parts;
  }

  /** The headers that {@link #body} writes are left out, any others stay. */
  private static String text(String headers) {
    return headers.equals("Name: a\r\n\r\n") ? "" : headers;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Gives the bytes in reads of these lengths, the last length again and again. */
  private static final class Reads extends InputStream {
    private final ByteArrayInputStream bytes;
    private final int[] lengths;
    private int count;

    Reads(byte[] bytes, int... lengths) {
      this.bytes = new ByteArrayInputStream(bytes);
      this.lengths = lengths;
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException("the body is read in pieces");
    }

    @Override
    public int read(byte[] to, int offset, int length) {
      int most = lengths[Math.min(count, lengths.length - 1)];
      count++;
      return bytes.read(to, offset, Math.min(length, most));
    }
  }
}
