package io.mas.api.metadata;

import com.mongodb.client.model.Indexes;
import org.bson.conversions.Bson;

/** All secondary indexes; what is not found by one of these is found by {@code _id}. */
enum MongoIndex {
  /**
   * The listing: newest first, then by hash. The name is in it, so that names are looked for in the
   * index alone. Deleted files are in it too: not every server uses a partial index.
   */
  FILES_BY_TIME(MongoKey.FILES),
  UPLOADS_BY_EXPIRY(MongoKey.UPLOADS),
  GARBAGE_BY_DUE(MongoKey.GARBAGE),

  /** The work of the repair: sparse, for only extents that lack something have these fields. */
  EXTENTS_TO_REPAIR(MongoKey.EXTENTS),

  /** What a lost node had: an entry for each node of an extent. */
  EXTENTS_BY_NODE(MongoKey.EXTENTS);

  /** The node of each shard of an extent. */
  static final String NODE = "shards.node";

  private final String collection;

  MongoIndex(String collection) {
    this.collection = collection;
  }

  String collection() {
    return collection;
  }

  Bson keys() {
    return switch (this) {
      case FILES_BY_TIME ->
          Indexes.compoundIndex(
              Indexes.ascending("state"),
              Indexes.descending("time"),
              Indexes.ascending("_id", "name"));
      case UPLOADS_BY_EXPIRY -> Indexes.ascending("expires");
      case GARBAGE_BY_DUE -> Indexes.ascending("due");
      case EXTENTS_TO_REPAIR ->
          Indexes.ascending(DocumentFormat.REDUNDANCY, DocumentFormat.NEXT_TRY);
      case EXTENTS_BY_NODE -> Indexes.ascending(NODE, "_id");
    };
  }

  /** Whether documents without its fields are not in it. */
  boolean sparse() {
    return this == EXTENTS_TO_REPAIR;
  }
}
