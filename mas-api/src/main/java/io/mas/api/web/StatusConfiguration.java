package io.mas.api.web;

import io.mas.api.nodes.NodeView;
import io.mas.api.object.ObjectProperties;
import io.mas.api.status.Condition;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What operators and monitors are told of the storage nodes, and of what a process stands on. */
@Configuration(proxyBeanMethods = false)
public class StatusConfiguration {

  /** Down when new files cannot be placed safely; says how many more nodes may fail. */
  @Bean
  HealthIndicator nodesHealthIndicator(NodeView view, ObjectProperties properties) {
    return () -> {
      int mayFail = view.mayFail(properties.layout());
      Health.Builder health =
          view.writable().isEmpty() || mayFail < 0 ? Health.down() : Health.up();
      health.withDetail("mayFail", Math.max(0, mayFail));
      view.standings()
          .forEach(node -> health.withDetail(node.member().id(), Condition.of(node).name()));
      return health.build();
    };
  }

  @Bean
  MeterBinder nodesMetrics(NodeView view, ObjectProperties properties) {
    return registry -> {
      Gauge.builder("mas.nodes.known", view, nodes -> nodes.standings().size())
          .description("storage nodes ever heard of")
          .register(registry);
      Gauge.builder("mas.nodes.writable", view, nodes -> nodes.writable().size())
          .description("storage nodes that take new shards now")
          .register(registry);
      Gauge.builder(
              "mas.nodes.may.fail", view, nodes -> Math.max(0, nodes.mayFail(properties.layout())))
          .description("how many more storage nodes may fail, of files that lack no shard")
          .register(registry);
    };
  }

  /** What the health endpoint says of each part, none of which asks a server for it. */
  @Bean
  MeterBinder healthMetrics(Map<String, HealthIndicator> indicators) {
    return registry ->
        indicators.forEach(
            (bean, indicator) ->
                Gauge.builder("mas.health.up", indicator, StatusConfiguration::up)
                    .description("1 if the health endpoint says that this part is up, 0 if not")
                    .tag("component", bean.replace("HealthIndicator", ""))
                    .register(registry));
  }

  private static double up(HealthIndicator indicator) {
    Health health = indicator.health();
    return health != null && Status.UP.equals(health.getStatus()) ? 1 : 0;
  }
}
