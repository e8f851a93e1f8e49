package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.dev.install.Install;
import io.mas.standalone.SharedStore.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the hooks of the chart ask a store, against a real one. */
@ExtendWith(SharedStore.class)
class InstallTest {
  @TempDir Path account;
  private String out = "";
  private String err = "";

  private int run(Store store, String token, String... arguments) {
    var outBytes = new ByteArrayOutputStream();
    var errBytes = new ByteArrayOutputStream();
    Map<String, String> environment =
        Map.of("MAS_URL", store.cluster().api().toString(), "MAS_SYSTEM_TOKEN", token);
    Install install = new Install(environment, account, stream(outBytes), stream(errBytes));
    int code = install.run(List.of(arguments));
    out = outBytes.toString(StandardCharsets.UTF_8);
    err = errBytes.toString(StandardCharsets.UTF_8);
    return code;
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  @Test
  void theTrialOfAGoodStoreSucceedsAndLeavesNothing(Store store) {
    String before = files(store);
    assertThat(run(store, store.cluster().systemToken(), "try")).as("%s%s", out, err).isZero();
    assertThat(out)
        .containsSubsequence(
            "in one request",
            "it need not be sent again",
            "read it back, all of it and a range",
            "deleted it",
            "in 3 chunks",
            "read it back",
            "deleted it",
            "All is well");
    assertThat(files(store)).isEqualTo(before);
  }

  @Test
  void whatIsKeptIsReadAgain(Store store) {
    assertThat(run(store, store.cluster().systemToken(), "try", "--keep", "70000")).isZero();
    String hash = out.strip();
    assertThat(hash).matches("[0-9a-f]{64}");
    assertThat(run(store, store.cluster().systemToken(), "try", "--read", hash)).isZero();
    assertThat(out).isEqualTo("read 70000 bytes of %s%n".formatted(hash));
    assertThat(store.client().delete(hash).ok()).isTrue();
    assertThat(run(store, store.cluster().systemToken(), "try", "--read", hash)).isEqualTo(1);
    assertThat(err).contains("GET /api/file/upload/download was answered by HTTP 404");
  }

  @Test
  void theTrialIsRepeatedUntilAFileIsThere(Store store) throws IOException {
    Path stop = Files.createFile(account.resolve("stop"));
    assertThat(run(store, store.cluster().systemToken(), "try", "--until", stop.toString()))
        .isZero();
    assertThat(out)
        .isEqualTo(
            "All is well: 1 times what was stored came back; 0 requests were repeated.%n"
                .formatted());
  }

  private static String files(Store store) {
    return store.client().list("mas-try", "", 1000).data().toString();
  }

  @Test
  void theTrialWithAWrongTokenFails(Store store) {
    assertThat(run(store, "nobody's", "try")).isEqualTo(1);
    assertThat(err).contains("GET /api/token/upload was answered by HTTP 401, code 5303");
  }

  @Test
  void aStoreThatIsWellSaysWhichNodesMayGo(Store store) {
    // Six nodes of 4+2 are called node-1 to node-6: that of ordinal 6 may go.
    assertThat(run(store, store.cluster().systemToken(), "check-scale", "--nodes", "6"))
        .as("%s%s", out, err)
        .isZero();
    assertThat(out).isEqualTo("node-6 would go, 5 stay.\n");
    assertThat(run(store, store.cluster().systemToken(), "check-scale", "--nodes", "5"))
        .isEqualTo(1);
    assertThat(err).contains("2 nodes would go, and 2 may fail");
  }
}
