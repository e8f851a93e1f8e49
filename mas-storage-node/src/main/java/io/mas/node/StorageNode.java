package io.mas.node;

import io.mas.common.cluster.NodeDiscovery;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.protocol.InternalKeys;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.core.io.support.ResourcePropertySource;

/**
 * A storage node inside another process: with its own server and volume, and nothing static, so
 * that one process may have many. Its settings come from its starter alone, never from the
 * environment.
 */
public final class StorageNode implements AutoCloseable {
  private final AnnotationConfigServletWebServerApplicationContext context;

  private StorageNode(AnnotationConfigServletWebServerApplicationContext context) {
    this.context = context;
  }

  /**
   * Starts a node; when this returns it serves requests and has announced itself.
   *
   * @param keys what its gateways sign by
   * @param meters where its meters go, tagged with its process name; several nodes may share one
   * @throws io.mas.node.membership.NodeStartException if its volume cannot be used
   */
  public static StorageNode start(
      StorageNodeProperties settings,
      InternalKeys keys,
      NodeDiscovery discovery,
      MeterRegistry meters) {
    return start(settings, keys, discovery, meters, () -> {});
  }

  /**
   * The same, told what to do when its volume is gone.
   *
   * @param volumeGone called once, when its directory was emptied: nothing it had is there any
   *     more, and whoever starts it anew gets a new node
   */
  public static StorageNode start(
      StorageNodeProperties settings,
      InternalKeys keys,
      NodeDiscovery discovery,
      MeterRegistry meters,
      VolumeGone volumeGone) {
    var context = new AnnotationConfigServletWebServerApplicationContext();
    context.setId("node-" + settings.process());
    context.setDisplayName(context.getId());
    var sources = context.getEnvironment().getPropertySources();
    sources.stream().map(source -> source.getName()).toList().forEach(sources::remove);
    sources.addFirst(defaults());
    var beans = context.getBeanFactory();
    beans.registerSingleton("storageNodeProperties", settings);
    beans.registerSingleton("internalKeys", keys);
    beans.registerSingleton("nodeDiscovery", discovery);
    beans.registerSingleton("meterRegistry", meters);
    beans.registerSingleton("volumeGone", volumeGone);
    context.register(StorageNodeConfiguration.class);
    try {
      context.refresh();
    } catch (RuntimeException e) {
      throw StartFailures.startFailure(e);
    }
    return new StorageNode(context);
  }

  private static ResourcePropertySource defaults() {
    try {
      return new ResourcePropertySource("classpath:mas-node.properties");
    } catch (IOException e) {
      throw new UncheckedIOException("mas-node.properties is part of this module", e);
    }
  }

  /** Which volume it serves, and in which life. */
  public NodeIdentity identity() {
    return context.getBean(NodeIdentity.class);
  }

  /** Base URI of its internal API. */
  public URI address() {
    return context.getBean(Presence.class).address();
  }

  /** Says that it leaves, ends the requests that run, and closes the volume. */
  @Override
  public void close() {
    context.close();
  }
}
