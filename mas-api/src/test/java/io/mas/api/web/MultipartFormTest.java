package io.mas.api.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class MultipartFormTest {
  private static final String TYPE = "multipart/form-data; boundary=B";

  @Test
  void partsComeInTheirOrder() throws IOException {
    MultipartForm form = form(field("chuck", "3") + file("a.txt", "hello") + "--B--\r\n");
    MultipartForm.Part chunk = next(form);
    assertThat(chunk.field()).isEqualTo("chuck");
    assertThat(chunk.value()).isEqualTo("3");
    MultipartForm.Part file = next(form);
    assertThat(file.isFile()).isTrue();
    assertThat(file.filename()).isEqualTo("a.txt");
    assertThat(text(file)).isEqualTo("hello");
    assertThat(form.next()).isNull();
  }

  @Test
  void contentMayLookAlmostLikeABoundary() throws IOException {
    String content = "\r\n--A\r\n--\r\n-B\r\n\r\n--";
    assertThat(text(next(form(file("a", content) + "--B--\r\n")))).isEqualTo(content);
  }

  @Test
  void contentOfAnyLengthComesWhole() throws IOException {
    for (int size : new int[] {0, 1, 65_535, 65_536, 65_537, 300_000}) {
      String content = "x".repeat(size);
      assertThat(text(next(form(file("a", content) + "--B--\r\n")))).hasSize(size);
    }
  }

  @Test
  void anUnreadPartIsSkipped() throws IOException {
    MultipartForm form = form(file("a", "x".repeat(200_000)) + field("chuck", "1") + "--B--\r\n");
    next(form);
    assertThat(next(form).value()).isEqualTo("1");
  }

  @Test
  void namesAreUtf8() throws IOException {
    assertThat(next(form(file("报告.pdf", "") + "--B--")).filename()).isEqualTo("报告.pdf");
  }

  /** Who wants the name must know that it is another than was sent. */
  @Test
  void aNameThatIsNotUtf8IsToldApart() throws IOException {
    byte[] gbk = (file("\u00b1\u00a8.pdf", "") + "--B--").getBytes(StandardCharsets.ISO_8859_1);
    MultipartForm form = MultipartForm.open(TYPE, new ByteArrayInputStream(gbk));
    assertThat(next(form).utf8()).isFalse();
    assertThat(next(form(file("报告.pdf", "") + "--B--")).utf8()).isTrue();
  }

  @Test
  void aBodyThatIsCutShortIsAnError() throws IOException {
    MultipartForm form = form(file("a", "hello"));
    assertThatThrownBy(() -> text(next(form))).isInstanceOf(IOException.class);
  }

  @Test
  void aFieldIsShort() throws IOException {
    MultipartForm form = form(field("chuck", "1".repeat(9_000)) + "--B--");
    MultipartForm.Part part = next(form);
    assertThat(code(part::value)).isEqualTo(ErrorCode.UNREADABLE_BODY);
  }

  @Test
  void thereAreFewParts() {
    String body = field("a", "1").repeat(17) + "--B--";
    assertThat(
            code(
                () -> {
                  MultipartForm form = form(body);
                  while (form.next() != null) {}
                }))
        .isEqualTo(ErrorCode.UNREADABLE_BODY);
  }

  @Test
  void onlyFormDataWithABoundaryIsRead() {
    for (String type :
        new String[] {"text/plain", "multipart/form-data", "multipart/mixed; boundary=B"}) {
      assertThat(code(() -> MultipartForm.open(type, InputStream.nullInputStream())))
          .isEqualTo(ErrorCode.UNREADABLE_BODY);
    }
    assertThat(code(() -> MultipartForm.open(null, InputStream.nullInputStream())))
        .isEqualTo(ErrorCode.UNREADABLE_BODY);
  }

  @Test
  void aPartNeedsAName() {
    assertThat(code(() -> form("--B\r\nContent-Type: text/plain\r\n\r\nx\r\n--B--").next()))
        .isEqualTo(ErrorCode.UNREADABLE_BODY);
  }

  private static String field(String name, String value) {
    return "--B\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
        .formatted(name, value);
  }

  private static String file(String name, String content) {
    String disposition = "Content-Disposition: form-data; name=\"file\"; filename=\"" + name + '"';
    return String.join("\r\n", "--B", disposition, "Content-Type: text/plain", "", content, "");
  }

  private static MultipartForm form(String body) throws IOException {
    return MultipartForm.open(
        TYPE, new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
  }

  private static MultipartForm.Part next(MultipartForm form) throws IOException {
    return Objects.requireNonNull(form.next());
  }

  private static String text(MultipartForm.Part part) throws IOException {
    return new String(part.content().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static ErrorCode code(ThrowingCallable call) {
    return catchThrowableOfType(MasException.class, call).code();
  }
}
