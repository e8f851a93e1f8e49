package io.mas.dev.options;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where a store keeps everything. It belongs to the command that made it, and to one process at a
 * time, until that closes it or ends.
 */
public final class DataDirectory implements AutoCloseable {
  /** Keeps the secret of the business backend. */
  public static final String SYSTEM_TOKEN = "system-token";

  private static final String CLUSTER_ID = "cluster-id";
  private static final String NODE = "node-";

  private final ClusterOptions options;
  private final DirectoryLock lock;
  private final SecureRandom random = new SecureRandom();

  private DataDirectory(ClusterOptions options, DirectoryLock lock) {
    this.options = options;
    this.lock = lock;
  }

  /**
   * Takes the directory, which is made if there is none, and checks what can be checked before
   * anything starts.
   *
   * @throws StartProblem if the store could not run so
   */
  public static DataDirectory open(Command command, ClusterOptions options) {
    Path directory = options.data();
    prepare(directory);
    DirectoryLock lock = DirectoryLock.take(directory, command);
    try {
      requireNoMoreNodes(directory, options.nodes());
      return new DataDirectory(options, lock);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** Folder of a node, from 1. */
  public static String nodeName(int number) {
    return NODE + number;
  }

  /** Where it is. */
  public Path path() {
    return options.data();
  }

  /** The token of the options, or the one that the directory keeps, made at the first call. */
  public String systemToken() {
    String given = options.systemToken();
    return given.isEmpty() ? Secret.of(path(), SYSTEM_TOKEN, random) : given;
  }

  /**
   * A secret that the directory keeps, made at the first call: 32 random bytes as base64url.
   *
   * @throws StartProblem if it cannot be read or written
   */
  public String secret(String name) {
    return Secret.of(path(), name, random);
  }

  /**
   * Writes file secrets, each named like its setting, for nobody but the owner to read; where they
   * are.
   */
  public Path secrets(Map<String, String> settings) {
    return Secret.tree(path().resolve("secrets"), settings);
  }

  /** The id of the cluster whose nodes are here, made at the first call. */
  public String clusterId() {
    return Secret.of(path(), CLUSTER_ID, () -> HexFormat.of().formatHex(random.generateSeed(8)));
  }

  private static void prepare(Path directory) {
    try {
      Files.createDirectories(directory);
      Files.delete(Files.createTempFile(directory, "writable-", ".tmp"));
    } catch (IOException e) {
      throw new StartProblem(
          "The data directory %s cannot be made or written to: %s.".formatted(directory, e),
          "Make it writable for the user that starts MAS, or name another one with --data.",
          e);
    }
  }

  /** Files would be unreadable without the nodes that are left out. */
  private static void requireNoMoreNodes(Path directory, int nodes) {
    try (Stream<Path> entries = Files.list(directory)) {
      List<Integer> more =
          entries
              .map(entry -> entry.getFileName().toString())
              .filter(name -> name.matches(NODE + "[1-9][0-9]{0,3}"))
              .map(name -> Integer.valueOf(name.substring(NODE.length())))
              .filter(number -> number > nodes)
              .sorted()
              .toList();
      if (!more.isEmpty()) {
        throw new StartProblem(
            "The data directory %s has a %s%d, but --nodes is %d: files may need it."
                .formatted(directory, NODE, more.getLast(), nodes),
            "Use --nodes %d or more, or another directory.".formatted(more.getLast()));
      }
    } catch (IOException e) {
      throw new StartProblem(
          "The data directory %s cannot be read: %s.".formatted(directory, e),
          "Make it readable for the user that starts MAS, or name another one with --data.",
          e);
    }
  }

  /** Leaves it to the next process. */
  @Override
  public void close() {
    lock.close();
  }
}
