package io.mas.api.metadata;

import io.mas.common.object.ObjectHash;
import java.util.Map;

/**
 * What the contract tests need of an implementation: the data outlive the stores opened on them.
 */
interface MetadataBackend extends AutoCloseable {

  /** Opens a store on the data, which are empty at first. One store is open at a time. */
  MetadataStore open();

  /** Stores a document of files past the store. No store is open meanwhile. */
  void storeFile(ObjectHash hash, Map<String, Object> fields);

  /** Removes the data. */
  @Override
  void close();
}
