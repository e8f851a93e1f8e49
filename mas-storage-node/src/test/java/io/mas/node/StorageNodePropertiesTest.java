package io.mas.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

final class StorageNodePropertiesTest {
  static StorageNodeProperties bind(Map<String, String> settings) {
    return new Binder(new MapConfigurationPropertySource(settings))
        .bindOrCreate("mas.node", StorageNodeProperties.class);
  }

  @Test
  void hasDefaults() {
    assertThat(bind(Map.of()))
        .isEqualTo(
            new StorageNodeProperties(
                Path.of("data"),
                "mas",
                "127.0.0.1",
                9101,
                null,
                "",
                "localhost",
                "default",
                Duration.ofSeconds(2),
                DataSize.ofMegabytes(256),
                32768,
                16,
                DataSize.ofMegabytes(64),
                128));
  }

  @Test
  void anEmptyZoneIsTheDefault() {
    assertThat(bind(Map.of("mas.node.zone", "")).zone()).isEqualTo("default");
  }

  @Test
  void takesEverySetting() {
    Map<String, String> settings =
        Map.ofEntries(
            Map.entry("mas.node.data", "/volume"),
            Map.entry("mas.node.cluster-id", "cluster-a"),
            Map.entry("mas.node.bind-address", "0.0.0.0"),
            Map.entry("mas.node.port", "1"),
            Map.entry("mas.node.address", "http://node-1:1"),
            Map.entry("mas.node.process", "node-1"),
            Map.entry("mas.node.host", "h"),
            Map.entry("mas.node.zone", "z"),
            Map.entry("mas.node.announce-interval", "5s"),
            Map.entry("mas.node.reserve", "1GB"),
            Map.entry("mas.node.cached-blocks", "3"),
            Map.entry("mas.node.disk-threads", "4"),
            Map.entry("mas.node.put-memory", "5MB"),
            Map.entry("mas.node.max-reads", "6"));
    assertThat(bind(settings))
        .isEqualTo(
            new StorageNodeProperties(
                Path.of("/volume"),
                "cluster-a",
                "0.0.0.0",
                1,
                URI.create("http://node-1:1"),
                "node-1",
                "h",
                "z",
                Duration.ofSeconds(5),
                DataSize.ofGigabytes(1),
                3,
                4,
                DataSize.ofMegabytes(5),
                6));
  }

  @Test
  void refusesNonsense() {
    assertThatThrownBy(() -> bind(Map.of("mas.node.disk-threads", "0")))
        .isInstanceOf(BindException.class)
        .rootCause()
        .hasMessageContaining("disk-threads 0, expected");
  }
}
