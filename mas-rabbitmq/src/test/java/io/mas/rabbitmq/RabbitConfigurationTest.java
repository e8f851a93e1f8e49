package io.mas.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.mas.common.cluster.InProcessDiscovery;
import io.mas.common.cluster.NodeDiscovery;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.MapPropertySource;

class RabbitConfigurationTest {
  @RegisterExtension final Rabbit rabbit = new Rabbit();

  private static AnnotationConfigApplicationContext context(
      Map<String, Object> settings, Map<String, Object> beans) {
    var context = new AnnotationConfigApplicationContext();
    context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("test", settings));
    beans.forEach(context.getBeanFactory()::registerSingleton);
    context.register(SslAutoConfiguration.class, RabbitConfiguration.class);
    context.refresh();
    return context;
  }

  @Test
  void aGivenDiscoveryIsUsedAndNoBrokerSought() {
    NodeDiscovery given = new InProcessDiscovery();
    try (var context = context(Map.of(), Map.of("given", given))) {
      assertThat(context.getBean(NodeDiscovery.class)).isSameAs(given);
      assertThat(context.getBeanNamesForType(HealthIndicator.class)).isEmpty();
    }
  }

  @Test
  void withoutAUriTheStartFailsAndSaysWhatToSet() {
    assertThatThrownBy(() -> context(Map.of(), Map.of()))
        .isInstanceOf(BeanCreationException.class)
        .hasRootCauseInstanceOf(RabbitUriException.class)
        .rootCause()
        .satisfies(
            cause -> {
              var analysis = Objects.requireNonNull(new RabbitUriFailures().analyze(cause));
              assertThat(analysis.getDescription()).isEqualTo("The URI of RabbitMQ is not set.");
              assertThat(analysis.getAction()).contains("MAS_RABBITMQ_URI");
            });
  }

  private static Health health(ApplicationContext context) {
    return Objects.requireNonNull(
        context.getBean("rabbitmqHealthIndicator", HealthIndicator.class).health());
  }

  @Test
  void healthSaysThatTheBrokerIsThere() {
    Map<String, Object> settings =
        Map.of(
            "mas.rabbitmq.uri", Rabbit.server().uri(), "mas.rabbitmq.exchange", rabbit.exchange());
    try (var context = context(settings, Map.of())) {
      await().untilAsserted(() -> assertThat(health(context).getStatus()).isEqualTo(Status.UP));
      assertThat(health(context).getDetails().toString()).doesNotContain("guest");
    }
  }

  @Test
  void healthSaysWhyTheBrokerIsNotThereAndTheContextStartsAllTheSame() {
    Map<String, Object> settings = Map.of("mas.rabbitmq.uri", "amqp://u:pa55word@127.0.0.1:1");
    try (var context = context(settings, Map.of())) {
      await()
          .untilAsserted(
              () ->
                  assertThat(health(context).getDetails())
                      .containsEntry("publisher", "5801: Connection refused")
                      .containsEntry("listener", "5801: Connection refused")
                      .containsEntry("broker", "amqp://127.0.0.1:1"));
      assertThat(health(context).getStatus()).isEqualTo(Status.DOWN);
    }
  }

  @Test
  void settingsAreNotPrintedWithThePassword() {
    assertThat(new RabbitProperties("amqp://u:pa55word@host", null, "x")).asString().contains("x");
    assertThat(new RabbitProperties("amqp://u:pa55word@host", null, "x").toString())
        .doesNotContain("pa55word");
  }
}
