package io.mas.api.metadata;

/** The contract on MongoDB. */
class MongoMetadataListingTest extends MetadataListingContract {

  @Override
  MetadataBackend newBackend() {
    return new MongoBackend();
  }
}
