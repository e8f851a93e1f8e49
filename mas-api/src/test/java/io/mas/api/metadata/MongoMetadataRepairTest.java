package io.mas.api.metadata;

/** The contract on MongoDB. */
class MongoMetadataRepairTest extends MetadataRepairContract {

  @Override
  MetadataBackend newBackend() {
    return new MongoBackend();
  }
}
