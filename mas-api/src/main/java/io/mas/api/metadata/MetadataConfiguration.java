package io.mas.api.metadata;

import com.mongodb.MongoClientSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.mongodb.MongoMetricsCommandListener;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the room: MongoDB, unless the process brings another database. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(MongoProperties.class)
public class MetadataConfiguration {

  @Bean
  @ConditionalOnMissingBean
  MetadataStore metadataStore(
      MongoProperties properties,
      @Value("${mas.cluster-id:}") String clusterId,
      ObjectProvider<SslBundles> bundles,
      MeterRegistry meters) {
    return MongoMetadataStore.connect(
        properties,
        clusterId,
        client -> client.addCommandListener(new MongoMetricsCommandListener(meters)),
        client -> trust(client, properties.sslBundle(), bundles));
  }

  private static void trust(
      MongoClientSettings.Builder client,
      @Nullable String bundle,
      ObjectProvider<SslBundles> bundles) {
    if (bundle != null) {
      SSLContext context = bundles.getObject().getBundle(bundle).createSslContext();
      client.applyToSslSettings(tls -> tls.enabled(true).context(context));
    }
  }
}
