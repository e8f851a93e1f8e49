package io.mas.api.metadata;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A store of its own for each test of the contract, and documents to put into it. */
abstract class MetadataContract {
  MetadataBackend backend;
  MetadataStore store;
  RandomDocuments random;

  /** Fresh, empty data. */
  abstract MetadataBackend newBackend();

  @BeforeEach
  void openStore() {
    backend = newBackend();
    store = backend.open();
    random = new RandomDocuments();
  }

  @AfterEach
  void closeStore() {
    store.close();
    backend.close();
  }

  /** Goes on with a new store on the same data. */
  final void reopen() {
    store.close();
    store = backend.open();
  }
}
