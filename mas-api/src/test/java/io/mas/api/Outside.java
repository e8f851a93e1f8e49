package io.mas.api;

import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.token.InMemoryTokenStore;
import io.mas.api.token.TokenProperties;
import io.mas.common.cluster.InProcessDiscovery;
import io.mas.common.protocol.InternalKeys;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.springframework.context.ConfigurableApplicationContext;

/** What a process stands on, embedded; there are no storage nodes. */
final class Outside implements AutoCloseable {
  private static final TokenProperties TOKENS =
      new TokenProperties(
          Duration.ofMinutes(2), Duration.ofSeconds(10), Duration.ofHours(24), 1000);

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

  /** The metadata as {@code seen} shows them. */
  Outside withMetadata(UnaryOperator<MetadataStore> seen) {
    beans.put("metadataStore", seen.apply(metadata));
    return this;
  }

  /** A process on free ports. */
  ConfigurableApplicationContext start(Map<String, ?> more) {
    Map<String, Object> settings = new HashMap<>(more);
    settings.put("server.port", 0);
    settings.put("management.server.port", 0);
    return Gateway.application(settings, beans).run();
  }

  @Override
  public void close() {
    tokens.close();
    metadata.close();
  }
}
