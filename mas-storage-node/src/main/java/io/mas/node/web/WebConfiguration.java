package io.mas.node.web;

import io.mas.common.cluster.NodeIdentity;
import io.mas.node.membership.Announcer;
import io.mas.node.shard.ShardStore;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/** The beans of the internal API. */
@Configuration(proxyBeanMethods = false)
public class WebConfiguration {
  @Bean
  IdentityFilter identityFilter(NodeIdentity identity) {
    return new IdentityFilter(identity);
  }

  @Bean
  ShardController shardController(ShardStore store, WebLimits limits) {
    return new ShardController(store, limits);
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
