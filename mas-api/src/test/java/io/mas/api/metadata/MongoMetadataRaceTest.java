package io.mas.api.metadata;

/** The contract on MongoDB. */
@RequiresMongo(RequiresMongo.Kind.REAL)
class MongoMetadataRaceTest extends MetadataRaceContract {

  @Override
  MetadataBackend newBackend() {
    return new MongoBackend();
  }
}
