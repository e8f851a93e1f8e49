package io.mas.standalone;

import io.mas.dev.options.ClusterOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.springframework.util.FileSystemUtils;

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
      // Garbage is to be seen going within a test.
      Map<String, String> settings =
          Map.of(
              "mas.object.collect-every", "200ms",
              "mas.object.delete-grace", "1s",
              "mas.object.orphan-grace", "1s",
              "mas.upload.keep-after", "1s");
      Cluster cluster = Cluster.start(ClusterOptions.in(data).withSettings(settings));
      return new Store(cluster, new MasClient(cluster.api(), cluster.systemToken()), data);
    }

    @Override
    public void close() {
      client.close();
      cluster.close();
      try {
        FileSystemUtils.deleteRecursively(data);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
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
        .computeIfAbsent(Store.class, type -> Store.start(directory()), Store.class);
  }

  private static Path directory() {
    try {
      return Files.createTempDirectory("mas-store-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
