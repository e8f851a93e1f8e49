package io.mas.api.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoClientSettings;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.env.ConfigTreePropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class MongoPropertiesTest {

  @Test
  void byDefaultEveryCallEndsWithinFourSeconds() {
    MongoProperties properties = bind(Map.of());
    assertThat(properties).isEqualTo(MongoProperties.at("mongodb://127.0.0.1:27017"));
    assertThat(settings(properties).getTimeout(TimeUnit.SECONDS)).isEqualTo(4);
  }

  @Test
  void everySettingHasItsName() {
    assertThat(
            bind(
                Map.of(
                    "mas.mongodb.uri", "mongodb://db:1",
                    "mas.mongodb.ssl-bundle", "db",
                    "mas.mongodb.connect-timeout", "1s",
                    "mas.mongodb.selection-timeout", "3s",
                    "mas.mongodb.timeout", "5s",
                    "mas.mongodb.connections", "7")))
        .isEqualTo(
            new MongoProperties(
                "mongodb://db:1",
                "db",
                Duration.ofSeconds(1),
                Duration.ofSeconds(3),
                Duration.ofSeconds(5),
                7));
  }

  /** As the chart does it: so the URI is no secret, and may change with the servers. */
  @Test
  void thePasswordMayBeAFileSecretOfItsOwn(@TempDir Path secrets) throws IOException {
    Files.writeString(secrets.resolve("bundled.mongodb.password"), "5a5a\n");
    StandardEnvironment environment = new StandardEnvironment();
    environment
        .getPropertySources()
        .addFirst(
            new ConfigTreePropertySource(
                "secrets", secrets, ConfigTreePropertySource.Option.AUTO_TRIM_TRAILING_NEW_LINE));
    environment
        .getPropertySources()
        .addFirst(
            new SystemEnvironmentPropertySource(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                Map.of("MAS_MONGODB_URI", "mongodb://mas:${bundled.mongodb.password}@db:1/mas")));
    MongoProperties properties =
        Binder.get(environment).bind("mas.mongodb", MongoProperties.class).get();
    assertThat(properties.uri()).isEqualTo("mongodb://mas:5a5a@db:1/mas");
  }

  @Test
  void theSettingsReachTheDriver() {
    MongoClientSettings settings =
        settings(
            new MongoProperties(
                "mongodb://db:1",
                null,
                Duration.ofMillis(1),
                Duration.ofMillis(2),
                Duration.ofMillis(3),
                4));
    assertThat(settings.getSocketSettings().getConnectTimeout(TimeUnit.MILLISECONDS)).isEqualTo(1);
    assertThat(settings.getClusterSettings().getServerSelectionTimeout(TimeUnit.MILLISECONDS))
        .isEqualTo(2);
    assertThat(settings.getTimeout(TimeUnit.MILLISECONDS)).isEqualTo(3);
    assertThat(settings.getConnectionPoolSettings().getMaxSize()).isEqualTo(4);
  }

  @Test
  void noUriMakesItUnsafe() {
    MongoClientSettings settings =
        settings(
            MongoProperties.at(
                "mongodb://db:1/?w=1&journal=false&readPreference=secondary&retryWrites=false"
                    + "&readConcernLevel=local&timeoutMS=100000"));
    assertThat(settings.getWriteConcern()).isEqualTo(WriteConcern.MAJORITY.withJournal(true));
    assertThat(settings.getReadPreference()).isEqualTo(ReadPreference.primary());
    assertThat(settings.getRetryWrites()).isTrue();
    assertThat(settings.getTimeout(TimeUnit.SECONDS)).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mas.mongodb.connections=0",
        "mas.mongodb.connect-timeout=0s",
        "mas.mongodb.selection-timeout=0s",
        "mas.mongodb.timeout=1s"
      })
  void nonsenseIsRefused(String setting) {
    String[] pair = setting.split("=", 2);
    assertThatThrownBy(() -> bind(Map.of(pair[0], pair[1])))
        .isInstanceOf(BindException.class)
        .rootCause()
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mongodb://user:secret@db:1,db2:1/mas?replicaSet=rs",
        "mongodb://user:s/ecret@db:1,db2:1/mas?replicaSet=rs&x=secret",
        "mongodb://user:s@ecret@db:1,db2:1/mas"
      })
  void thePasswordIsNotInMessages(String uri) {
    MongoProperties properties = MongoProperties.at(uri);
    assertThat(properties.place()).isEqualTo("mongodb://db:1,db2:1/mas");
    assertThat(properties.toString()).contains("db:1,db2:1/mas").doesNotContain("ecret", "user");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "secret", "http://user:secret@db", "mongodb://user:s@ecret@db:1/mas?w=secret"})
  void aUriThatIsNoneIsRefusedWithoutIt(String uri) {
    assertThatThrownBy(() -> MongoProperties.at(uri).connectionString())
        .isInstanceOf(MetadataStartException.class)
        .hasMessageContaining("mas.mongodb.uri")
        .hasMessageContaining("expected mongodb://")
        .hasMessageNotContaining("ecret")
        .hasNoCause();
  }

  private static MongoClientSettings settings(MongoProperties properties) {
    return properties.settings(properties.connectionString()).build();
  }

  private static MongoProperties bind(Map<String, String> settings) {
    return new Binder(new MapConfigurationPropertySource(settings))
        .bindOrCreate("mas.mongodb", MongoProperties.class);
  }
}
