package io.mas.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.object.ObjectWorld;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators are told over HTTP while the database fails, or hangs. */
class DatabaseAwayTest {
  private static final String SECRET = "the-secret-of-an-operator";
  private static final String STATUS = "/api/admin/status";
  private static final String FILE = "/api/admin/file?hash=" + "5a".repeat(32);

  /** Ten times what a busy machine needs, and less than any database is waited for. */
  private static final Duration SOON = Duration.ofSeconds(3);

  private final AtomicBoolean fails = new AtomicBoolean();
  private final AtomicBoolean hangs = new AtomicBoolean();
  private final CountDownLatch ending = new CountDownLatch(1);
  private Outside outside;
  private RunningGateway gateway;

  @BeforeEach
  void start(@TempDir Path directory) {
    outside =
        new Outside(directory)
            .withMetadata(
                store ->
                    ObjectWorld.meddled(
                        store,
                        (method, arguments, original) -> {
                          if (fails.get()) {
                            throw new MasException(ErrorCode.METADATA_UNREACHABLE, "no answer");
                          }
                          if (hangs.get()) {
                            ending.await();
                          }
                          return original.call();
                        }));
    gateway =
        new RunningGateway(
            outside,
            Map.of(
                "mas.system-tokens[0].id",
                "operator",
                "mas.system-tokens[0].sha256",
                BackendTest.sha256(SECRET),
                "mas.system-tokens[0].scopes",
                "admin"));
  }

  @AfterEach
  void stop() {
    hangs.set(false);
    ending.countDown();
    gateway.close();
    outside.close();
  }

  private RunningGateway.Answer ask(String path) {
    return gateway.backend(SECRET, "GET", path);
  }

  @Test
  void aDatabaseThatFailsIsAFindingOfTheStatusAndTheEndOfOtherQuestions() {
    assertThat(ask(STATUS).text()).contains("\"unknown\":[]", "\"repair\":{", "\"may_fail\":-1");
    assertThat(ask(FILE).outcome()).isEqualTo("404/5407");
    fails.set(true);
    RunningGateway.Answer status = ask(STATUS);
    assertThat(status.outcome()).isEqualTo("200/200");
    assertThat(status.text())
        .contains("\"healthy\":false", "\"may_fail\":null", "\"repair\":null", "\"garbage\":null")
        .contains("{\"what\":\"repair\",\"why\":\"no answer\"}");
    assertThat(ask(FILE).outcome()).isEqualTo("503/5500");
  }

  @Test
  void aDatabaseThatHangsDelaysTheStatusByLessThanASecond() {
    assertThat(ask(STATUS).outcome()).isEqualTo("200/200");
    hangs.set(true);
    long begun = System.nanoTime();
    RunningGateway.Answer status = ask(STATUS);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(SOON);
    assertThat(status.text()).contains("the database did not answer within 800 ms");
  }
}
