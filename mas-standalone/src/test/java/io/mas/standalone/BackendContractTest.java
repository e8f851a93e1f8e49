package io.mas.standalone;

import static io.mas.standalone.Caller.hash;
import static org.assertj.core.api.Assertions.assertThat;

import io.mas.dev.options.ClusterOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code api-v1.md} promises to the backend: tokens, information, listing, deleting. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BackendContractTest {
  private static final String UNKNOWN = hash("nobody has stored this");

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

  private void store(String name, String content) {
    assertThat(caller.single(caller.uploadToken(content, ""), name, content).status())
        .isEqualTo(200);
  }

  @Test
  void signalListsTheLiveNodes() {
    assertThat(caller.backend("GET", "/api/server/signal").text())
        .matches(
            "\\{\"status\":true,\"code\":200,\"msg\":\"\",\"data\":\\{\"ip\":\\["
                + "(\"127\\.0\\.0\\.1:\\d+\",?){6}]}}");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /api/server/signal",
    "GET, /api/admin/status",
    "GET, /api/admin/file",
    "POST, /api/admin/garbage/confirm",
    "GET, /api/token/upload",
    "GET, /api/token/download",
    "GET, /api/file/info",
    "GET, /api/files",
    "DELETE, /api/file",
    "DELETE, /api/token",
    "GET, /api/file/upload/finish",
    "POST, /api/file/upload/finish"
  })
  void whoIsNotTheBackendIs401(String method, String path) {
    assertThat(caller.call(method, path, new byte[0]).outcome()).isEqualTo("401/5303");
    assertThat(caller.call(method, path, new byte[0], "systemToken", "x").outcome())
        .isEqualTo("401/5303");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /api/token/upload, 400/5204",
    "GET, /api/token/download, 400/5204",
    "GET, /api/file/info, 400/5204",
    "GET, /api/admin/file, 400/5204",
    "DELETE, /api/file, 400/5204",
    "DELETE, /api/token, 400/5204",
    "GET, /api/token/upload?hash=ABC, 400/5205",
    "GET, /api/token/download?hash=ABC, 400/5205",
    "GET, /api/file/info?hash=ABC, 400/5205",
    "DELETE, /api/file?hash=ABC, 400/5205",
    "GET, /api/files?limit=0, 400/5205",
    "GET, /api/files?limit=1001, 400/5205",
    "GET, /api/files?cursor=nonsense, 400/5205",
    "GET, /api/admin/file?hash=ABC, 400/5205",
    "GET, /api/admin/file?hash=H&cursor=1-x-3, 400/5205",
    "GET, /api/nowhere, 404/5205",
    "PUT, /api/file/info, 405/5205"
  })
  void whatIsWrongIsSaid(String method, String path, String outcome) {
    String target = path.replace("=H", "=" + UNKNOWN);
    assertThat(caller.backend(method, target).outcome()).isEqualTo(outcome);
  }

  @ParameterizedTest
  @CsvSource({
    "upload, session=a/b, 400/5205",
    "upload, session=, 400/5203",
    "upload, max_size=-1, 400/5205",
    "download, disposition=maybe, 400/5205",
    "download, name=a%0ab, 400/5205",
    "download, name=, 400/5203"
  })
  void theBoundsOfATokenAreChecked(String action, String bound, String outcome) {
    String path = "/api/token/" + action + "?hash=" + UNKNOWN + "&" + bound;
    assertThat(caller.backend("GET", path).outcome()).isEqualTo(outcome);
  }

  @Test
  void infoIsExactlyTheContracts() {
    store("报告.pdf", "info");
    assertThat(caller.backend("GET", "/api/file/info?hash=" + hash("info")).text())
        .matches(
            "\\{\"status\":true,\"code\":200,\"msg\":\"\",\"data\":\\{\"size\":4,"
                + "\"name\":\"报告\\.pdf\",\"hash\":\""
                + hash("info")
                + "\",\"persistence\":true,\"create_time\":\\d{10},\"server_ip\":null}}");
  }

  @Test
  void anUnknownFileIs404() {
    assertThat(caller.backend("GET", "/api/file/info?hash=" + UNKNOWN).outcome())
        .isEqualTo("404/5407");
    assertThat(caller.backend("DELETE", "/api/file?hash=" + UNKNOWN).outcome())
        .isEqualTo("404/5407");
    String token = caller.downloadToken("nobody has stored this", "");
    assertThat(caller.get("/api/file/upload/download", "token", token).outcome())
        .isEqualTo("404/5407");
  }

  @Test
  void aDeletedFileIsGoneForEveryone() {
    store("a.txt", "to be deleted");
    String token = caller.downloadToken("to be deleted", "");
    Caller.Reply deleted = caller.backend("DELETE", "/api/file?hash=" + hash("to be deleted"));
    assertThat(deleted.status()).isEqualTo(200);
    assertThat(deleted.field("hash")).isEqualTo(hash("to be deleted"));
    assertThat(caller.get("/api/file/upload/download", "token", token).outcome())
        .isEqualTo("404/5407");
    assertThat(caller.backend("DELETE", "/api/file?hash=" + hash("to be deleted")).outcome())
        .isEqualTo("404/5407");
  }

  @Test
  void aListingGoesOnFromItsCursor() {
    store("list-1", "first of the list");
    store("list-2", "second of the list");
    Caller.Reply first = caller.backend("GET", "/api/files?limit=1&name=list-");
    assertThat(first.text()).contains("\"files\":[{\"size\":").contains("\"cursor\":\"");
    Caller.Reply second =
        caller.backend("GET", "/api/files?name=list-&cursor=" + first.field("cursor"));
    assertThat(second.text()).contains("\"cursor\":null").doesNotContain(first.field("hash"));
    assertThat(caller.backend("GET", "/api/files?name=no-such-").text())
        .endsWith("\"data\":{\"files\":[],\"cursor\":null}}");
  }

  @Test
  void aRevokedTokenIsNoMore() {
    store("a.txt", "revoked");
    String token = caller.downloadToken("revoked", "");
    String other = caller.downloadToken("revoked", "");
    assertThat(
            caller
                .call(
                    "DELETE",
                    "/api/token",
                    new byte[0],
                    "systemToken",
                    caller.systemToken(),
                    "token",
                    token)
                .text())
        .isEqualTo("{\"status\":true,\"code\":200,\"msg\":\"\",\"data\":null}");
    assertThat(caller.get("/api/file/upload/download", "token", token).outcome())
        .isEqualTo("401/5301");
    assertThat(caller.get("/api/file/upload/download", "token", other).text()).isEqualTo("revoked");
    caller.backend("DELETE", "/api/token?hash=" + hash("revoked"));
    assertThat(caller.get("/api/file/upload/download", "token", other).outcome())
        .isEqualTo("401/5301");
  }
}
