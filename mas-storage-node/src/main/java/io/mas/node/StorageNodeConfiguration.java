package io.mas.node;

import io.mas.common.cluster.NodeDiscovery;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.protocol.InternalKeys;
import io.mas.node.membership.Announcer;
import io.mas.node.shard.ShardStore;
import io.mas.node.web.WebConfiguration;
import io.mas.node.web.WebSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * The wiring of a node. Needs {@link StorageNodeProperties}, {@link InternalKeys}, a {@link
 * NodeDiscovery}, a {@link MeterRegistry} and a {@link VolumeGone}, which the two ways to start it
 * bring.
 */
@Configuration(proxyBeanMethods = false)
@Import(WebConfiguration.class)
@ImportAutoConfiguration({
  TomcatServletWebServerAutoConfiguration.class,
  DispatcherServletAutoConfiguration.class,
  WebMvcAutoConfiguration.class,
  HttpMessageConvertersAutoConfiguration.class,
  JacksonAutoConfiguration.class
})
class StorageNodeConfiguration {
  private static final int SOCKET_BUFFER_BYTES = 64 << 10;

  @Bean(destroyMethod = "close")
  NodeVolume nodeVolume(StorageNodeProperties settings, MeterRegistry meters) {
    return NodeVolume.open(settings, meters, new SecureRandom());
  }

  @Bean
  VolumeWatch volumeWatch(NodeVolume volume, StorageNodeProperties settings, VolumeGone gone) {
    VolumeWatch watch = new VolumeWatch(volume, settings.announceInterval(), gone);
    watch.start();
    return watch;
  }

  @Bean
  NodeIdentity nodeIdentity(NodeVolume volume) {
    return volume.identity();
  }

  /** Closed with the volume. */
  @Bean(destroyMethod = "")
  ShardStore shardStore(NodeVolume volume) {
    return volume.store();
  }

  @Bean
  WebSettings webSettings(StorageNodeProperties settings, NodeVolume volume) {
    return new WebSettings(
        volume.name(), Math.toIntExact(settings.putMemory().toBytes()), settings.maxReads());
  }

  @Bean
  WebServerFactoryCustomizer<ConfigurableWebServerFactory> bindAddress(
      StorageNodeProperties settings) throws UnknownHostException {
    InetAddress address = InetAddress.getByName(settings.bindAddress());
    return factory -> {
      factory.setPort(settings.port());
      factory.setAddress(address);
    };
  }

  /**
   * Shards come and leave in large pieces: with Tomcat's 8 KiB one of 256 KiB takes 32 system
   * calls. Only gateways connect, so the buffers are few. Direct ones save a copy of every byte,
   * and are no part of the heap.
   */
  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> socketBuffers() {
    return factory ->
        factory.addConnectorCustomizers(
            connector -> {
              connector.setProperty("socket.directBuffer", "true");
              connector.setProperty("socket.appReadBufSize", "" + SOCKET_BUFFER_BYTES);
              connector.setProperty("socket.appWriteBufSize", "" + SOCKET_BUFFER_BYTES);
            });
  }

  /** Closed by its presence, before the server stops. */
  @Bean(destroyMethod = "")
  Announcer announcer(NodeVolume volume, NodeDiscovery discovery) {
    return new Announcer(volume.identity(), volume, discovery);
  }

  @Bean
  Presence presence(
      Announcer announcer,
      StorageNodeProperties settings,
      WebServerApplicationContext context,
      ServerProperties server) {
    return new Presence(
        announcer, settings, context, Ssl.isEnabled(server.getSsl()) ? "https" : "http");
  }
}
