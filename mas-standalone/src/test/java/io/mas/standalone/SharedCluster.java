package io.mas.standalone;

import io.mas.dev.cluster.DevCluster;
import io.mas.dev.options.ClusterOptions;
import io.mas.dev.options.Command;
import io.mas.dev.options.DataDirectory;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One cluster of real processes for all test classes that ask for a {@link Running}: two gateways,
 * a repair worker, six nodes, MongoDB, Redis and RabbitMQ. It is started when the first class asks,
 * which takes about half a minute, and stopped after the last.
 *
 * <pre>{@code
 * @ExtendWith(SharedCluster.class)
 * class SomeClusterTest {
 *   @Test
 *   void aTest(Running running) {
 *     running.through(1).single(content);          // upload through gateway 1
 *     running.cluster().gateway(1).kill();          // SIGKILL; also stop, suspend, resume, restart
 *     running.through(2).download(content.hash()); // download through gateway 2
 *     running.cluster().redis().suspend();          // also mongodb(), rabbitmq()
 *   }
 * }
 * }</pre>
 *
 * A test may end, suspend and restart what it likes: after each class, {@link DevCluster#heal}
 * starts what does not run, resumes what is suspended, and waits until both gateways know all nodes
 * and nobody misses a server. Within a class a test that needs a whole cluster calls it itself.
 * Files, tokens and folders of nodes are left as the tests leave them: a test that empties a folder
 * lowers what the files of later tests survive, so it does that in a cluster of its own ({@link
 * Running#start}).
 */
final class SharedCluster implements ParameterResolver, AfterAllCallback {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(SharedCluster.class);

  /** A running cluster and clients of it. */
  record Running(DevCluster cluster, MasClient first, MasClient second, Path data)
      implements AutoCloseable {

    /** Starts a cluster of six nodes, 4+2, on any free ports; the caller closes it. */
    static Running start() {
      return start(Scratch.QUICK_GARBAGE);
    }

    /** The same with these settings of gateways and worker. */
    static Running start(Map<String, String> settings) {
      Path data = Scratch.directory("mas-cluster-");
      ClusterOptions options = ClusterOptions.in(data).withSettings(settings);
      DevCluster cluster =
          DevCluster.start(
              options,
              DataDirectory.open(Command.DEV, options),
              TrainedPrograms.services(),
              System.out::println);
      return new Running(
          cluster,
          new MasClient(cluster.gateway(1).address(), cluster.systemToken()),
          new MasClient(cluster.gateway(2).address(), cluster.systemToken()),
          data);
    }

    /** A client of a gateway, 1 or 2. */
    MasClient through(int gateway) {
      return gateway == 1 ? first : second;
    }

    /** A caller of a gateway, 1 or 2, who sends exactly what it is told; the test closes it. */
    Caller caller(int gateway) {
      return new Caller(cluster.gateway(gateway).address(), cluster.systemToken());
    }

    @Override
    public void close() {
      first.close();
      second.close();
      cluster.close();
      Scratch.delete(data);
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext extension) {
    return parameter.getParameter().getType() == Running.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext extension) {
    return extension
        .getRoot()
        .getStore(NAMESPACE)
        .computeIfAbsent(Running.class, type -> Running.start(), Running.class);
  }

  @Override
  public void afterAll(ExtensionContext extension) {
    Running running = extension.getRoot().getStore(NAMESPACE).get(Running.class, Running.class);
    if (running != null) {
      running.cluster().heal();
    }
  }
}
