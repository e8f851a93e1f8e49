package io.mas.standalone;

import io.mas.dev.options.ClusterOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One store of six nodes for all test classes that ask for a {@link Store}; started when the first
 * does, stopped after the last. Tests leave it as they found it: all nodes running, no folder
 * changed.
 */
public final class SharedStore implements ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(SharedStore.class);

  /**
   * A running store and a client of it.
   *
   * @param cluster six nodes, 4+2
   */
  public record Store(Cluster cluster, MasClient client, Path data) implements AutoCloseable {
    static Store start(Path data) {
      Cluster cluster = Cluster.start(ClusterOptions.in(data).withSettings(Scratch.QUICK_GARBAGE));
      return new Store(cluster, new MasClient(cluster.api(), cluster.systemToken()), data);
    }

    @Override
    public void close() {
      client.close();
      cluster.close();
      Scratch.delete(data);
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext extension) {
    return parameter.getParameter().getType() == Store.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext extension) {
    return extension
        .getRoot()
        .getStore(NAMESPACE)
        .computeIfAbsent(
            Store.class, type -> Store.start(Scratch.directory("mas-store-")), Store.class);
  }
}
