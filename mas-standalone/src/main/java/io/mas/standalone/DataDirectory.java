package io.mas.standalone;

import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.RocksMetadataStore;
import io.mas.api.metadata.UnusableDirectoryException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a data directory holds beside the nodes' folders, opened.
 *
 * @param metadata held by this process alone
 * @param systemToken the one of the options, or the one that the directory keeps
 */
record DataDirectory(MetadataStore metadata, String systemToken) {
  private static final String NODE = "node-";

  /** Folder of a node, from 1. */
  static String nodeName(int number) {
    return NODE + number;
  }

  /**
   * Makes the directory if there is none, checks what can be checked before anything starts, and
   * opens the metadata.
   *
   * @throws StartProblem if the store could not run so
   */
  static DataDirectory open(ClusterOptions options) {
    requirePortFree(options.bind(), options.port(), "--port");
    requirePortFree(options.bind(), options.managementPort(), "--management-port");
    Path directory = options.data();
    prepare(directory);
    requireNoMoreNodes(directory, options.nodes());
    MetadataStore metadata = openMetadata(directory);
    try {
      String given = options.systemToken();
      return new DataDirectory(
          metadata, given.isEmpty() ? SystemToken.of(directory, new SecureRandom()) : given);
    } catch (RuntimeException e) {
      metadata.close();
      throw e;
    }
  }

  /** The servers would find out too, but only after everything else has been started. */
  private static void requirePortFree(String bind, int port, String option) {
    InetSocketAddress address = new InetSocketAddress(bind, port);
    if (address.isUnresolved()) {
      throw new StartProblem(
          "--bind '%s' is no address of this machine.".formatted(bind),
          "Use 127.0.0.1 for this machine alone, or 0.0.0.0 for every interface.");
    }
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(address);
    } catch (BindException e) {
      throw new StartProblem(
          "Port %d of %s cannot be used: %s.".formatted(port, bind, e.getMessage()),
          "Stop what uses it ('ss -ltnp' shows it), or choose another with %s.".formatted(option),
          e);
    } catch (IOException e) {
      throw new StartProblem(
          "Address %s:%d cannot be listened on: %s.".formatted(bind, port, e),
          "Choose another with --bind and %s.".formatted(option),
          e);
    }
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

  private static MetadataStore openMetadata(Path directory) {
    try {
      return RocksMetadataStore.open(directory.resolve("metadata"));
    } catch (UnusableDirectoryException e) {
      throw new StartProblem(
          String.valueOf(e.getMessage()), "--data says which data directory is used.", e);
    }
  }
}
