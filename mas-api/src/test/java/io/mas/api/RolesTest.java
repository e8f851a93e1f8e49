package io.mas.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.api.garbage.InventorySweep;
import io.mas.api.object.GarbageSweep;
import io.mas.api.upload.Uploads;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** What a process has in each role, and what it has not. */
class RolesTest {
  @TempDir Path directory;

  @Test
  void aGatewaySweepsNothing() throws Exception {
    try (Outside outside = new Outside(directory);
        ConfigurableApplicationContext gateway = start(outside, "gateway")) {
      assertThat(gateway.getBeanNamesForType(GarbageSweep.class)).isEmpty();
      assertThat(gateway.containsBean("nodeObserver")).isTrue();
      assertThat(gateway.containsBean("verdicts")).as("judges nodes").isFalse();
      assertThat(gateway.getBeanNamesForType(InventorySweep.class)).isEmpty();
      assertThat(status(gateway, "local.server.port", "/api/server/signal")).isEqualTo(401);
      assertThat(status(gateway, "local.management.port", "/readyz")).isEqualTo(200);
    }
  }

  @Test
  void aRepairWorkerHasNoPublicPortAndNeedsNoTokens() throws Exception {
    try (Outside outside = new Outside(directory).without("tokenStore");
        ConfigurableApplicationContext worker = start(outside, "repair")) {
      assertThat(worker.getBeanNamesForType(GarbageSweep.class)).hasSize(1);
      assertThat(worker.containsBean("nodeObserver")).isTrue();
      assertThat(worker.containsBean("verdicts")).isTrue();
      assertThat(worker.containsBean("lostNodes")).isTrue();
      assertThat(worker.getBeanNamesForType(InventorySweep.class)).hasSize(1);
      assertThat(worker.getBeanNamesForType(Uploads.class)).isEmpty();
      assertThat(worker.getEnvironment().getProperty("local.server.port")).isEqualTo("-1");
      assertThat(status(worker, "local.management.port", "/readyz")).isEqualTo(200);
      assertThat(status(worker, "local.management.port", "/health")).isEqualTo(503); // no node yet
    }
  }

  @Test
  void aProcessHasBothUnlessItIsTold() {
    try (Outside outside = new Outside(directory);
        ConfigurableApplicationContext both = start(outside, null)) {
      assertThat(both.getBeanNamesForType(GarbageSweep.class)).hasSize(1);
      assertThat(both.getBeanNamesForType(Uploads.class)).hasSize(1);
    }
  }

  @Test
  void anUnknownRoleIsRefused() {
    try (Outside outside = new Outside(directory)) {
      assertThatThrownBy(() -> start(outside, "gatekeeper")).hasStackTraceContaining("gatekeeper");
      assertThatThrownBy(() -> start(outside, ""))
          .hasStackTraceContaining("mas.roles is empty, expected gateway, repair, or both");
    }
  }

  @Test
  void aProcessWithoutKeysDoesNotStart() {
    try (Outside outside = new Outside(directory).without("internalKeys")) {
      assertThatThrownBy(() -> start(outside, null))
          .rootCause()
          .hasMessage("mas.internal.keys has no key.");
      assertThatThrownBy(() -> start(outside, "repair"))
          .hasStackTraceContaining("openssl rand -hex 32");
    }
  }

  private static ConfigurableApplicationContext start(Outside outside, @Nullable String roles) {
    return outside.start(roles == null ? Map.of() : Map.of("mas.roles", roles));
  }

  private static int status(ConfigurableApplicationContext context, String port, String path)
      throws Exception {
    URI uri =
        URI.create("http://127.0.0.1:" + context.getEnvironment().getRequiredProperty(port) + path);
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }
}
