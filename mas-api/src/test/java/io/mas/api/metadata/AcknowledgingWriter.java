package io.mas.api.metadata;

import java.nio.file.Path;

/**
 * A process that raises the versions of a few files for ever and prints each that was acknowledged,
 * until it is killed. Arguments: the directory, and the seed of the files' hashes.
 */
final class AcknowledgingWriter {
  static final int FILES = 8;

  private AcknowledgingWriter() {}

  public static void main(String[] arguments) {
    MetadataStore store = RocksMetadataStore.open(Path.of(arguments[0]));
    RandomDocuments random = new RandomDocuments(Long.parseLong(arguments[1]));
    for (int i = 0; i < FILES; i++) {
      FileDocument first = random.file("n", i);
      Thread.ofPlatform().start(() -> raise(store, first));
    }
  }

  private static void raise(MetadataStore store, FileDocument first) {
    FileDocument next =
        store.file(first.hash(), Concern.LINEARIZABLE).map(FileDocument::fenced).orElse(first);
    while (true) {
      if (store.compareAndSetFile(next) != WriteOutcome.APPLIED) {
        throw new AssertionError("version " + next.version() + " was not applied");
      }
      System.out.println("version " + next.hash() + " " + next.version());
      next = next.fenced();
    }
  }
}
