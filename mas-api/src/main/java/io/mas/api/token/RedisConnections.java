package io.mas.api.token;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Open connections to one Redis, always to primaries. They are thrown away when they fail.
 * Thread-safe.
 */
interface RedisConnections {

  /** Sends commands to the primary of their keys. */
  RedisClusterAsyncCommands<String, String> commands();

  /**
   * Sends commands to the primary of one key, on a connection for what waits until a replica has
   * it: nothing else has to wait behind that. Does not follow a key that moves.
   *
   * @return null if the primary is not known to have a replica
   */
  @Nullable CompletionStage<? extends RedisClusterAsyncCommands<String, String>> replicated(
      String key);

  /** Whether they are certainly lost. */
  boolean lost();

  /** Asks for a sign of life; fails if there is none in time, or it is not that of a primary. */
  CompletionStage<?> check();

  /** Closes them; what is under way fails. */
  CompletionStage<Void> close();
}
