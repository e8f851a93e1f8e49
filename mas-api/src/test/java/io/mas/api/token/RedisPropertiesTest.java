package io.mas.api.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisURI;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class RedisPropertiesTest {

  @Test
  void theDefaultsAreThose() {
    assertThat(bind(Map.of("mas.redis.uri", "redis://host")))
        .isEqualTo(new RedisProperties("redis://host", null, Duration.ofMillis(500)));
  }

  @Test
  void everySettingIsMapped() {
    assertThat(
            bind(
                Map.of(
                    "mas.redis.uri", "rediss://host:7000/3",
                    "mas.redis.ssl-bundle", "redis",
                    "mas.redis.timeout", "300ms")))
        .isEqualTo(new RedisProperties("rediss://host:7000/3", "redis", Duration.ofMillis(300)));
  }

  @Test
  void oneServer() {
    RedisAddress address = RedisAddress.parse("rediss://user:p%40ss@host:7000/3");
    RedisURI uri = address.servers().getFirst();
    assertThat(address.cluster()).isFalse();
    assertThat(uri.getHost()).isEqualTo("host");
    assertThat(uri.getPort()).isEqualTo(7000);
    assertThat(uri.getDatabase()).isEqualTo(3);
    assertThat(uri.isSsl()).isTrue();
    assertThat(credentials(uri)).isEqualTo("user:p@ss");
  }

  @Test
  void sentinels() {
    RedisAddress address = RedisAddress.parse("redis-sentinel://:pw@a,b:7001,c/2#main");
    RedisURI uri = address.servers().getFirst();
    assertThat(address.cluster()).isFalse();
    assertThat(uri.getSentinelMasterId()).isEqualTo("main");
    assertThat(uri.getDatabase()).isEqualTo(2);
    assertThat(credentials(uri)).isEqualTo("null:pw");
    assertThat(uri.getSentinels())
        .extracting(RedisURI::getHost, RedisURI::getPort)
        .hasToString("[(\"a\", 26379), (\"b\", 7001), (\"c\", 26379)]");
  }

  @Test
  void aCluster() {
    RedisAddress address = RedisAddress.parse("rediss-cluster://user:pw@a:7000,b,c:7002");
    assertThat(address.cluster()).isTrue();
    assertThat(address.servers())
        .extracting(RedisURI::getHost, RedisURI::getPort)
        .hasToString("[(\"a\", 7000), (\"b\", 6379), (\"c\", 7002)]");
    assertThat(address.servers())
        .allMatch(RedisURI::isSsl)
        .allMatch(uri -> credentials(uri).equals("user:pw"));
    assertThat(RedisAddress.parse("redis-cluster://a:7000").servers())
        .extracting(RedisURI::getPort, RedisURI::isSsl)
        .hasToString("[(7000, false)]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "host",
        "host:6379",
        "http://user:pa55w0rd@host",
        "redis://",
        "redis://user:pa55w0rd@ho st",
        "redis://user:pa55%w0rd@host",
        "redis-sentinel://:pa55w0rd@host",
        "redis-cluster://",
        "redis://host/x?password=pa55w0rd"
      })
  void whatIsNoUriIsRefusedWithoutItsPassword(String uri) {
    assertThatThrownBy(() -> bind(Map.of("mas.redis.uri", uri)))
        .isInstanceOf(BindException.class)
        .hasRootCauseInstanceOf(IllegalArgumentException.class)
        .hasStackTraceContaining("mas.redis.uri is '")
        .satisfies(thrown -> assertThat(everything(thrown)).doesNotContain("pa55"));
  }

  private static String everything(Throwable thrown) {
    var text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  @Test
  void aMissingUriIsRefusedByName() {
    assertThatThrownBy(() -> bind(Map.of("mas.redis.timeout", "1ms")))
        .rootCause()
        .hasMessageStartingWith("mas.redis.uri is '', expected one such as redis://host:6379");
  }

  @Test
  void aTimeoutIsLessThanASecond() {
    for (String timeout : new String[] {"0s", "-1s", "1s"}) {
      assertThatThrownBy(
              () -> bind(Map.of("mas.redis.uri", "redis://host", "mas.redis.timeout", timeout)))
          .rootCause()
          .hasMessageStartingWith("mas.redis.timeout is ");
    }
  }

  @Test
  void itsTextHasNoPassword() {
    assertThat(bind(Map.of("mas.redis.uri", "redis://user:p@ss@host:7000")))
        .hasToString("RedisProperties[uri=redis://host:7000, sslBundle=null, timeout=PT0.5S]");
  }

  private static String credentials(RedisURI uri) {
    RedisCredentials credentials =
        uri.getCredentialsProvider().resolveCredentials().blockOptional().orElseThrow();
    return credentials.getUsername() + ":" + new String(credentials.getPassword());
  }

  private static RedisProperties bind(Map<String, String> values) {
    return new Binder(new MapConfigurationPropertySource(values))
        .bindOrCreate("mas.redis", RedisProperties.class);
  }
}
