package io.mas.api.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class TokenPropertiesTest {

  @Test
  void theDefaultsAreThoseOfTheContract() {
    assertThat(bind(Map.of()))
        .isEqualTo(
            new TokenProperties(
                Duration.ofSeconds(120), Duration.ofSeconds(10), Duration.ofHours(24), 200_000));
  }

  @Test
  void everySettingIsMapped() {
    assertThat(
            bind(
                Map.of(
                    "mas.token.first-use", "5s",
                    "mas.token.per-use", "2s",
                    "mas.token.max-age", "1h",
                    "mas.token.capacity", "7")))
        .isEqualTo(
            new TokenProperties(
                Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofHours(1), 7));
  }

  @Test
  void nonsenseIsRefusedByName() {
    assertRefused("mas.token.first-use", "0s");
    assertRefused("mas.token.per-use", "-1s");
    assertRefused("mas.token.max-age", "0s");
    assertRefused("mas.token.capacity", "0");
  }

  private static void assertRefused(String name, String value) {
    assertThatThrownBy(() -> bind(Map.of(name, value)))
        .isInstanceOf(BindException.class)
        .hasRootCauseInstanceOf(IllegalArgumentException.class)
        .rootCause()
        .hasMessageContaining(name);
  }

  private static TokenProperties bind(Map<String, String> values) {
    return new Binder(new MapConfigurationPropertySource(values))
        .bindOrCreate("mas.token", TokenProperties.class);
  }
}
