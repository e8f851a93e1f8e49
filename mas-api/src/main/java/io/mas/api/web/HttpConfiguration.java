package io.mas.api.web;

import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.util.function.LongSupplier;
import org.apache.catalina.core.StandardHost;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageConverters;
import org.springframework.web.servlet.config.annotation.ContentNegotiationConfigurer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Wires how requests are taken in and answered, whatever they ask for. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({GatewayProperties.class, LimitsProperties.class})
@Import(Failures.class)
class HttpConfiguration {

  /** Filters come in this order, the exchange outermost. */
  private static final int FIRST = Ordered.HIGHEST_PRECEDENCE;

  private final LongSupplier nanoTime = System::nanoTime;
  private final SecureRandom random = new SecureRandom();

  @Bean
  Answers answers() {
    return new Answers();
  }

  @Bean
  FilterRegistrationBean<ExchangeFilter> exchangeFilter(
      LimitsProperties limits, Failures failures, MeterRegistry meters) {
    var tools =
        new ExchangeTools(
            limits,
            failures,
            new Drain(limits, nanoTime),
            new ExchangeLog(meters, nanoTime),
            nanoTime);
    return ordered(new FilterRegistrationBean<>(new ExchangeFilter(tools, random)), FIRST);
  }

  @Bean
  FilterRegistrationBean<CorsFilter> corsFilter(GatewayProperties gateway) {
    return ordered(new FilterRegistrationBean<>(new CorsFilter(gateway)), FIRST + 1);
  }

  @Bean
  FilterRegistrationBean<AdmissionFilter> admissionFilter(
      LimitsProperties limits, SystemTokens backends, Failures failures, MeterRegistry meters) {
    var filter = new AdmissionFilter(limits, backends, failures, meters);
    return ordered(new FilterRegistrationBean<>(filter), FIRST + 2);
  }

  private static <T extends FilterRegistrationBean<?>> T ordered(T registration, int order) {
    registration.setOrder(order);
    return registration;
  }

  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> tomcat() {
    return factory -> {
      factory.setProtocol(GatewayProtocol.class.getName());
      factory.addEngineValves(new TomcatConnection.Valve());
      factory.addConnectorCustomizers(
          connector -> {
            // Parameters are those of the query: nothing reads a body before its token is checked.
            connector.setParseBodyMethods("");
            if (connector.getProtocolHandler() instanceof AbstractHttp11Protocol<?> http) {
              // A body is asked for when it is read, so never for an answer that needs none.
              http.setContinueResponseTiming("onRead");
            }
          });
      factory.addContextCustomizers(
          context -> {
            if (context.getParent() instanceof StandardHost host) {
              host.setErrorReportValveClass(EnvelopeErrorValve.class.getName());
            }
          });
    };
  }

  @Bean
  WebMvcConfigurer mvc(Answers answers) {
    return new WebMvcConfigurer() {
      @Override
      public void configureContentNegotiation(ContentNegotiationConfigurer negotiation) {
        // Clients get JSON whatever they say they accept, as they always have.
        negotiation.ignoreAcceptHeader(true).defaultContentType(MediaType.APPLICATION_JSON);
      }

      @Override
      public void configureMessageConverters(HttpMessageConverters.ServerBuilder builder) {
        builder.addCustomConverter(new EnvelopeConverter(answers));
      }
    };
  }
}
