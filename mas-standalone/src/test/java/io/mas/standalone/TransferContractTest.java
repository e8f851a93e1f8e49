package io.mas.standalone;

import static io.mas.standalone.Caller.field;
import static io.mas.standalone.Caller.file;
import static io.mas.standalone.Caller.hash;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mas.dev.options.ClusterOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code api-v1.md} promises to browsers: uploads and downloads with temporary tokens. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TransferContractTest {
  private static final String DOWNLOAD = "/api/file/upload/download";
  private static final String CHUNK = "/api/file/upload/chuck";

  private Cluster cluster;
  private Caller caller;

  @BeforeAll
  void start(@TempDir Path data) {
    cluster = Cluster.start(ClusterOptions.in(data));
    caller = new Caller(cluster);
  }

  @AfterAll
  void stop() {
    caller.close();
    cluster.close();
  }

  private String store(String content) {
    String token = caller.uploadToken(content, "");
    assertThat(caller.single(token, "a.txt", content).status()).isEqualTo(200);
    return content;
  }

  private String begin(String content) {
    String token = caller.uploadToken(content, "");
    assertThat(init(token).status()).isEqualTo(200);
    return token;
  }

  private Caller.Reply init(String token) {
    return caller.get("/api/file/upload/init?name=big.bin", "token", token);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/file/upload/init?name=a", "/api/file/upload/download"})
  void withoutATokenNothingGoes(String path) {
    assertThat(caller.get(path).outcome()).isEqualTo("401/5301");
    assertThat(caller.get(path, "token", "nonsense").outcome()).isEqualTo("401/5301");
  }

  @Test
  void aTokenIsGoodForOneAction() {
    String content = store("one action");
    String upload = caller.uploadToken(content, "");
    String download = caller.downloadToken(content, "");
    assertThat(caller.get(DOWNLOAD, "token", upload).outcome()).isEqualTo("401/5301");
    assertThat(init(download).outcome()).isEqualTo("401/5301");
    assertThat(caller.single(download, "a", content).outcome()).isEqualTo("401/5301");
    // Nor is it accepted in the query of an upload, where it would be logged on the way.
    assertThat(caller.get("/api/file/upload/init?name=a&token=" + upload).outcome())
        .isEqualTo("401/5301");
  }

  @Test
  void aStoredFileIsNotStoredTwice() {
    String content = store("stored once");
    Caller.Reply again = caller.single(caller.uploadToken(content, ""), "other.txt", "other bytes");
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.field("name")).isEqualTo("a.txt");
    assertThat(init(caller.uploadToken(content, "")).field("persistence")).isEqualTo("true");
  }

  @Test
  void aClientThatWaitsIsNotAskedForAStoredFile() throws IOException {
    String token = caller.uploadToken(store("never asked for"), "");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), cluster.api().getPort())) {
      socket
          .getOutputStream()
          .write(
              """
              POST /api/file/upload/single HTTP/1.1\r
              Host: mas\r
              token: %s\r
              Content-Type: multipart/form-data; boundary=x\r
              Content-Length: 1000000000\r
              Expect: 100-continue\r
              \r
              """
                  .formatted(token)
                  .getBytes(UTF_8));
      var answer = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
      assertThat(answer.readLine()).isEqualTo("HTTP/1.1 200 ");
    }
  }

  @Test
  void wrongBytesAreDiscarded() {
    String token = caller.uploadToken("the right bytes", "");
    assertThat(caller.single(token, "a", "the wrong bytes").outcome()).isEqualTo("422/5403");
    assertThat(caller.backend("GET", "/api/file/info?hash=" + hash("the right bytes")).outcome())
        .isEqualTo("404/5407");
  }

  @Test
  void aFormNeedsAFileWithAProperName() {
    String token = caller.uploadToken("form", "");
    String single = "/api/file/upload/single";
    assertThat(caller.post(single, token, field("other", "x")).outcome()).isEqualTo("400/5401");
    assertThat(caller.post(single, token, file("", "form")).outcome()).isEqualTo("400/5203");
    assertThat(caller.post(single, token, file("a\tb", "form")).outcome()).isEqualTo("400/5205");
    assertThat(caller.post(single, token, file("a".repeat(1025), "form")).outcome())
        .isEqualTo("400/5203");
    assertThat(caller.post(single, token, field("file", "form")).outcome()).isEqualTo("400/5204");
    assertThat(
            caller
                .call(
                    "POST",
                    single,
                    "x".getBytes(UTF_8),
                    "token",
                    token,
                    "Content-Type",
                    "text/plain")
                .outcome())
        .isEqualTo("400/5201");
  }

  @Test
  void aTokenBoundsTheSize() {
    String token = caller.uploadToken("0123456789", "&max_size=9");
    assertThat(caller.single(token, "a", "0123456789").outcome()).isEqualTo("413/5412");
    assertThat(caller.get("/api/file/upload/init?name=a&size=10", "token", token).outcome())
        .isEqualTo("413/5412");
  }

  @Test
  void anEmptyFileIsAFile() {
    store("");
    Caller.Reply reply = caller.get(DOWNLOAD, "token", caller.downloadToken("", ""));
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.headers().firstValue("Content-Length")).hasValue("0");
  }

  @Test
  void initTellsHowFarAnUploadIs() {
    String token = begin("init tells");
    assertThat(init(token).text())
        .matches(
            "\\{\"status\":true,\"code\":200,\"msg\":\"\",\"data\":\\{\"size\":\\d+,"
                + "\"name\":\"big\\.bin\",\"hash\":\""
                + hash("init tells")
                + "\",\"persistence\":false,\"create_time\":\\d+,\"server_ip\":null,"
                + "\"chunks\":\"\",\"chunk_max_size\":67108864,\"expires\":\\d{10}}}");
    caller.chunk(token, 1, "init");
    caller.chunk(token, 3, "x");
    assertThat(init(token).text()).contains("\"chunks\":\"1,3\"");
  }

  @Test
  void initNeedsAName() {
    String token = caller.uploadToken("needs a name", "");
    assertThat(caller.get("/api/file/upload/init", "token", token).outcome()).isEqualTo("400/5204");
    assertThat(caller.get("/api/file/upload/init?name=", "token", token).outcome())
        .isEqualTo("400/5203");
  }

  @Test
  void aChunksNumberMayBeInTheQueryOrBesideTheFile() {
    String token = begin("abc");
    Caller.Reply reply = caller.chunk(token, 1, "a");
    assertThat(reply.text())
        .isEqualTo(
            "{\"status\":true,\"code\":200,\"msg\":\"\",\"data\":{\"speed\":1,\"status\":\"success\"}}");
    assertThat(caller.post(CHUNK, token, field("chuck", "2"), file("blob", "b")).field("speed"))
        .isEqualTo("2");
    assertThat(caller.post(CHUNK, token, file("blob", "c"), field("chuck", "3")).field("speed"))
        .isEqualTo("3");
    assertThat(caller.finish(token, "?chunks=3&size=3").field("persistence")).isEqualTo("true");
    assertThat(caller.get(DOWNLOAD, "token", caller.downloadToken("abc", "")).text())
        .isEqualTo("abc");
  }

  @Test
  void aChunkNeedsANumberAndAFile() {
    String token = begin("needs");
    assertThat(caller.post(CHUNK, token, file("blob", "n")).outcome()).isEqualTo("400/5204");
    assertThat(caller.post(CHUNK + "?chuck=1", token, field("x", "y")).outcome())
        .isEqualTo("400/5401");
    assertThat(caller.chunk(token, 0, "n").outcome()).isEqualTo("400/5205");
    assertThat(caller.chunk(token, 10_001, "n").outcome()).isEqualTo("400/5205");
    assertThat(init(token).text()).contains("\"chunks\":\"\"");
  }

  @Test
  void theSameChunkAgainIsSuccessAndAnotherOneAConflict() {
    String token = begin("same");
    caller.chunk(token, 1, "same");
    assertThat(caller.chunk(token, 1, "same").outcome()).isEqualTo("200/200");
    assertThat(caller.chunk(token, 1, "diff").outcome()).isEqualTo("409/5405");
  }

  @Test
  void chunksNeedAnUpload() {
    String token = caller.uploadToken("no upload", "");
    assertThat(caller.chunk(token, 1, "x").outcome()).isEqualTo("409/5410");
    String stored = caller.uploadToken(store("already stored"), "");
    assertThat(caller.chunk(stored, 1, "x").outcome()).isEqualTo("409/5411");
  }

  @Test
  void anAbortedUploadIsNoMore() {
    String token = begin("aborted");
    assertThat(
            caller.call("DELETE", "/api/file/upload/init", new byte[0], "token", token).outcome())
        .isEqualTo("200/200");
    assertThat(caller.chunk(token, 1, "x").outcome()).isEqualTo("409/5410");
  }

  @Test
  void finishNeedsBothCredentials() {
    String token = begin("both");
    assertThat(caller.get("/api/file/upload/finish", "token", token).outcome())
        .isEqualTo("401/5303");
    assertThat(caller.finish("nonsense", "").outcome()).isEqualTo("401/5301");
  }

  @Test
  void finishNamesWhatIsMissing() {
    String token = begin("abcdef");
    caller.chunk(token, 2, "b");
    Caller.Reply reply = caller.finish(token, "?chunks=6");
    assertThat(reply.outcome()).isEqualTo("409/5405");
    assertThat(reply.text()).endsWith("\"data\":{\"missing\":\"1,3-6\"}}");
    caller.chunk(token, 1, "a");
    assertThat(caller.finish(token, "").outcome()).isEqualTo("422/5403");
    assertThat(caller.chunk(token, 2, "bcdef").outcome()).isEqualTo("200/200");
    assertThat(caller.finish(token, "").outcome()).isEqualTo("200/200");
    assertThat(caller.finish(token, "").outcome()).isEqualTo("200/200");
    assertThat(caller.backend("DELETE", "/api/file?hash=" + hash("abcdef")).status())
        .isEqualTo(200);
    assertThat(caller.finish(token, "").outcome()).isEqualTo("404/5407");
  }

  @Test
  void finishMayBeAskedForInTheBackground() {
    String token = begin("background");
    caller.chunk(token, 1, "background");
    Awaitility.await()
        .until(
            () -> {
              Caller.Reply reply =
                  caller.get(
                      "/api/file/upload/finish",
                      "token",
                      token,
                      "systemToken",
                      caller.systemToken(),
                      "Prefer",
                      "respond-async");
              boolean done = reply.field("persistence").equals("true");
              assertThat(reply.status()).isEqualTo(done ? 200 : 202);
              return done;
            });
  }

  @Test
  void anUnfinishedFileIs409() {
    begin("unfinished");
    assertThat(caller.get(DOWNLOAD, "token", caller.downloadToken("unfinished", "")).outcome())
        .isEqualTo("409/5413");
  }

  @Test
  void theTokensNameAndDispositionWin() {
    String content = store("a picture");
    String token = caller.downloadToken(content, "&name=b.png&disposition=attachment");
    Caller.Reply reply = caller.get(DOWNLOAD + "?token=" + token);
    assertThat(reply.headers().firstValue("Content-Type")).hasValue("image/png");
    assertThat(reply.headers().firstValue("Content-Disposition"))
        .hasValue("attachment; filename=\"b.png\"; filename*=UTF-8''b.png");
    assertThat(reply.text()).isEqualTo(content);
  }

  @Test
  void seekAndRangesOfAStoredFile() {
    String content = store("0123456789");
    String token = caller.downloadToken(content, "");
    assertThat(caller.get(DOWNLOAD + "?seek=7", "token", token).text()).isEqualTo("789");
    assertThat(caller.get(DOWNLOAD, "token", token, "Range", "bytes=2-3").text()).isEqualTo("23");
    assertThat(caller.get(DOWNLOAD + "?seek=11", "token", token).outcome()).isEqualTo("416/5205");
  }
}
