package io.mas.api.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HeaderValueTest {

  @Test
  void readsValueAndParameters() {
    HeaderValue header = HeaderValue.parse("Form-Data; name=\"file\"; filename=\"a.txt\"");
    assertThat(header.value()).isEqualTo("form-data");
    assertThat(header.parameter("name")).isEqualTo("file");
    assertThat(header.filename()).isEqualTo("a.txt");
  }

  @Test
  void readsRawUtf8AsBrowsersSendIt() {
    assertThat(filename("filename=\"报告 ☃.pdf\"")).isEqualTo("报告 ☃.pdf");
  }

  @Test
  void aSemicolonBetweenQuotesEndsNothing() {
    assertThat(filename("filename=\"a; name=b.txt\"")).isEqualTo("a; name=b.txt");
  }

  @Test
  void aBackslashStandsForItselfAsBrowsersSendIt() {
    assertThat(filename("filename=\"C:\\temp\\a.txt\"")).isEqualTo("C:\\temp\\a.txt");
  }

  @Test
  void anEscapedQuoteIsAQuote() {
    assertThat(filename("filename=\"a\\\"b.txt\"")).isEqualTo("a\"b.txt");
  }

  @Test
  void theExtendedNameWins() {
    assertThat(filename("filename=\"x\"; filename*=UTF-8''%E6%8A%A5%20a.pdf")).isEqualTo("报 a.pdf");
  }

  @Test
  void aBrokenExtendedNameIsIgnored() {
    assertThat(filename("filename=\"x\"; filename*=UTF-8''%E6%8")).isEqualTo("x");
    assertThat(filename("filename=\"x\"; filename*=UTF-8''%FF")).isEqualTo("x");
    assertThat(filename("filename=\"x\"; filename*=latin1''a")).isEqualTo("x");
    assertThat(filename("filename=\"x\"; filename*=abc")).isEqualTo("x");
  }

  @Test
  void withoutAFilenameThereIsNone() {
    assertThat(filename("name=\"chuck\"")).isNull();
  }

  @Test
  void unfinishedValuesEndWithTheHeader() {
    assertThat(filename("filename=\"a")).isEqualTo("a");
    assertThat(filename("filename=")).isEmpty();
    assertThat(filename("filename")).isNull();
    assertThat(filename(";;;")).isNull();
  }

  private static @Nullable String filename(String parameters) {
    return HeaderValue.parse("form-data; " + parameters).filename();
  }
}
