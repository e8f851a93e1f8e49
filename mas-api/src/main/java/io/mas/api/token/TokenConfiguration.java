package io.mas.api.token;

import io.lettuce.core.SslOptions;
import io.lettuce.core.metrics.MicrometerCommandLatencyRecorder;
import io.lettuce.core.metrics.MicrometerOptions;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Wires the room: tokens are in Redis, unless whoever starts the gateway gives it another store.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnMissingBean(TokenStore.class)
@EnableConfigurationProperties({RedisProperties.class, TokenProperties.class})
public class TokenConfiguration {

  @Bean
  RedisLink redisLink(RedisProperties properties, SslBundles bundles, MeterRegistry meters) {
    String bundle = properties.sslBundle();
    SslOptions ssl = bundle == null ? SslOptions.create() : ssl(bundles.getBundle(bundle));
    var latencies = new MicrometerCommandLatencyRecorder(meters, MicrometerOptions.create());
    return new RedisLink(
        properties, ssl, ClientResources.builder().commandLatencyRecorder(latencies));
  }

  static SslOptions ssl(SslBundle bundle) {
    return SslOptions.builder()
        .keyManager(bundle.getManagers().getKeyManagerFactory())
        .trustManager(bundle.getManagers().getTrustManagerFactory())
        .build();
  }

  @Bean
  TokenStore tokenStore(
      TokenProperties tokens, RedisProperties redis, RedisLink link, MeterRegistry meters) {
    return new RedisTokenStore(tokens, redis, link, new SecureRandom(), meters);
  }

  /** Says what the link knows, without asking Redis. */
  @Bean
  HealthIndicator redisHealthIndicator(RedisLink link) {
    return () -> {
      String trouble = link.trouble();
      return trouble == null
          ? Health.up().build()
          : Health.down().withDetail("reason", trouble).build();
    };
  }
}
