package io.mas.api.metadata;

import com.mongodb.MongoClientSettings;

/** What a process adds to the settings of its client, such as metrics and certificates. */
public interface MongoOption {
  /** Adds it. */
  void addTo(MongoClientSettings.Builder settings);
}
