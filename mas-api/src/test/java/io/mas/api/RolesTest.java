package io.mas.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.object.GarbageSweep;
import io.mas.api.token.InMemoryTokenStore;
import io.mas.api.token.TokenProperties;
import io.mas.api.upload.Uploads;
import io.mas.common.cluster.InProcessDiscovery;
import io.mas.common.protocol.InternalKeys;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** What a process has in each role, and what it has not. */
class RolesTest {
  private static final TokenProperties TOKENS =
      new TokenProperties(Duration.ofMinutes(2), Duration.ofSeconds(10), Duration.ofHours(24), 10);

  @TempDir Path directory;

  @Test
  void aGatewaySweepsNothing() throws Exception {
    try (Outside outside = new Outside(directory);
        ConfigurableApplicationContext gateway = outside.start("gateway")) {
      assertThat(gateway.getBeanNamesForType(GarbageSweep.class)).isEmpty();
      assertThat(status(gateway, "local.server.port", "/api/server/signal")).isEqualTo(401);
      assertThat(status(gateway, "local.management.port", "/readyz")).isEqualTo(200);
    }
  }

  @Test
  void aRepairWorkerHasNoPublicPortAndNeedsNoTokens() throws Exception {
    try (Outside outside = new Outside(directory).without("tokenStore");
        ConfigurableApplicationContext worker = outside.start("repair")) {
      assertThat(worker.getBeanNamesForType(GarbageSweep.class)).hasSize(1);
      assertThat(worker.getBeanNamesForType(Uploads.class)).isEmpty();
      assertThat(worker.getEnvironment().getProperty("local.server.port")).isEqualTo("-1");
      assertThat(status(worker, "local.management.port", "/readyz")).isEqualTo(200);
      assertThat(status(worker, "local.management.port", "/health")).isEqualTo(503); // no node yet
    }
  }

  @Test
  void aProcessHasBothUnlessItIsTold() {
    try (Outside outside = new Outside(directory);
        ConfigurableApplicationContext both = outside.start(null)) {
      assertThat(both.getBeanNamesForType(GarbageSweep.class)).hasSize(1);
      assertThat(both.getBeanNamesForType(Uploads.class)).hasSize(1);
    }
  }

  @Test
  void anUnknownRoleIsRefused() {
    try (Outside outside = new Outside(directory)) {
      assertThatThrownBy(() -> outside.start("gatekeeper")).hasStackTraceContaining("gatekeeper");
      assertThatThrownBy(() -> outside.start(""))
          .hasStackTraceContaining("mas.roles is empty, expected gateway, repair, or both");
    }
  }

  @Test
  void aProcessWithoutKeysDoesNotStart() {
    try (Outside outside = new Outside(directory).without("internalKeys")) {
      assertThatThrownBy(() -> outside.start(null))
          .rootCause()
          .hasMessage("mas.internal.keys has no key.");
      assertThatThrownBy(() -> outside.start("repair"))
          .hasStackTraceContaining("openssl rand -hex 32");
    }
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

  /** What a process stands on, embedded. */
  private static final class Outside implements AutoCloseable {
    private final RocksMetadataStore metadata;
    private final InMemoryTokenStore tokens =
        new InMemoryTokenStore(TOKENS, InMemoryTokenStore.steadyClock(), new SecureRandom());
    private final Map<String, Object> beans = new HashMap<>();

    Outside(Path directory) {
      metadata = RocksMetadataStore.open(directory);
      beans.put("metadataStore", metadata);
      beans.put("tokenStore", tokens);
      beans.put("nodeDiscovery", new InProcessDiscovery());
      beans.put("internalKeys", InternalKeys.random(new SecureRandom()));
    }

    Outside without(String bean) {
      beans.remove(bean);
      return this;
    }

    ConfigurableApplicationContext start(@Nullable String roles) {
      Map<String, Object> settings = new HashMap<>();
      settings.put("server.port", 0);
      settings.put("management.server.port", 0);
      if (roles != null) {
        settings.put("mas.roles", roles);
      }
      return Gateway.application(settings, beans).run();
    }

    @Override
    public void close() {
      tokens.close();
      metadata.close();
    }
  }
}
