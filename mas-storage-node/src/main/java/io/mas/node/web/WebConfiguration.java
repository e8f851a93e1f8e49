package io.mas.node.web;

import io.mas.common.cluster.NodeIdentity;
import io.mas.common.protocol.InternalKeys;
import io.mas.node.membership.Announcer;
import io.mas.node.shard.ShardStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import tools.jackson.databind.json.JsonMapper;

/** The beans of the internal API. */
@Configuration(proxyBeanMethods = false)
public class WebConfiguration {
  /** Before everything that the server does for a request. */
  @Bean
  FilterRegistrationBean<SignatureFilter> signatureFilter(
      InternalKeys keys, WebSettings settings, MeterRegistry meters) {
    var authenticator =
        new RequestAuthenticator(keys, steadyClock(), RequestAuthenticator.REMEMBERED);
    var filter = new SignatureFilter(authenticator, new StrangerLog(meters, settings.node()));
    var registration = new FilterRegistrationBean<>(filter);
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return registration;
  }

  /**
   * The time of day at the start and what has passed since then: it does not jump, so the window of
   * times that are taken never closes on everybody. Gateways follow a clock that is wrong.
   */
  private static LongSupplier steadyClock() {
    long epoch = System.currentTimeMillis();
    long start = System.nanoTime();
    return () -> epoch + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
  }

  @Bean
  IdentityFilter identityFilter(NodeIdentity identity) {
    return new IdentityFilter(identity);
  }

  @Bean
  ShardController shardController(ShardStore store, WebSettings settings) {
    return new ShardController(store, settings);
  }

  @Bean
  CommitController commitController(ShardStore store, JsonMapper json) {
    return new CommitController(store, json);
  }

  @Bean
  IdentityController identityController(Announcer announcer) {
    return new IdentityController(announcer);
  }

  @Bean
  Refusals refusals() {
    return new Refusals();
  }
}
