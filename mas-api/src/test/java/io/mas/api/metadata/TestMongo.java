package io.mas.api.metadata;

import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import io.mas.dev.server.MongoServer;
import io.mas.dev.server.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.springframework.util.FileSystemUtils;

/**
 * The MongoDB of the tests, one for this JVM: the one that {@value #VARIABLE} names, or one that is
 * started here, or an imitation in memory.
 */
final class TestMongo {
  static final String VARIABLE = "MAS_TEST_MONGODB_URI";

  private TestMongo() {}

  /** A replica set of mongod, if there is one. */
  static Optional<String> replicaSet() {
    return Optional.ofNullable(System.getenv(VARIABLE)).filter(uri -> !uri.isBlank());
  }

  /** Whether {@link #server} can be had. */
  static boolean canBeStarted() {
    return MongoServer.available();
  }

  /** A server that may be killed and paused; whoever does, starts it again. */
  static MongoServer server() {
    return Started.SERVER;
  }

  /** The best that this machine has. */
  static String uri() {
    return replicaSet().orElseGet(() -> canBeStarted() ? server().uri() : Imitation.URI);
  }

  private static final class Started {
    static final MongoServer SERVER = start();

    private static MongoServer start() {
      Path directory = Path.of("target", "mongodb").toAbsolutePath();
      try {
        FileSystemUtils.deleteRecursively(directory);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      MongoServer server =
          MongoServer.in(directory, ServerProcess.freePort(), "--enable-test-commands");
      server.start();
      return server;
    }
  }

  /** Ends with this JVM, since its threads are daemons. */
  private static final class Imitation {
    static final String URI =
        new de.bwaldvogel.mongo.MongoServer(new MemoryBackend()).bindAndGetConnectionString();
  }
}
