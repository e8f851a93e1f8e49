package io.mas.api.metadata;

/** The contract on MongoDB. */
class MongoMetadataStoreTest extends MetadataStoreContract {

  @Override
  MetadataBackend newBackend() {
    return new MongoBackend();
  }
}
