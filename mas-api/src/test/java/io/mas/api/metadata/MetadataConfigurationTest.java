package io.mas.api.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class MetadataConfigurationTest {
  private final ApplicationContextRunner context =
      new ApplicationContextRunner()
          .withUserConfiguration(MetadataConfiguration.class)
          .withBean(MeterRegistry.class, SimpleMeterRegistry::new);

  @Test
  void theStoreIsMongoDbWithMetrics() {
    try (MongoBackend backend = new MongoBackend()) {
      context
          .withPropertyValues(
              "mas.mongodb.uri=" + backend.properties().uri(), "mas.cluster-id=mas-1")
          .run(
              started -> {
                MetadataStore store = started.getBean(MetadataStore.class);
                assertThat(store).isInstanceOf(MongoMetadataStore.class);
                assertThat(store.clusterId()).isEqualTo("mas-1");
                assertThat(
                        started
                            .getBean(MeterRegistry.class)
                            .get("mongodb.driver.commands")
                            .tag("command", "find")
                            .timers())
                    .isNotEmpty();
              });
    }
  }

  @Test
  void aStoreThatTheProcessBringsIsUsed() {
    try (RocksBackend backend = new RocksBackend();
        MetadataStore brought = backend.open()) {
      context
          .withBean(MetadataStore.class, () -> brought)
          .run(started -> assertThat(started.getBean(MetadataStore.class)).isSameAs(brought));
    }
  }
}
