package io.mas.api.metadata;

/** The contract on RocksDB. */
class RocksMetadataRepairTest extends MetadataRepairContract {

  @Override
  MetadataBackend newBackend() {
    return new RocksBackend();
  }
}
