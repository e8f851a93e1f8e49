package io.mas.api.metadata;

/** The contract on RocksDB. */
class RocksMetadataRaceTest extends MetadataRaceContract {

  @Override
  MetadataBackend newBackend() {
    return new RocksBackend();
  }
}
