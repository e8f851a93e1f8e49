package io.mas.api.token;

import io.mas.dev.server.RedisServer;
import java.util.List;

/** The contract on Redis Cluster. */
class RedisClusterContractTest extends RedisContract {

  @Override
  String uri() {
    return TestRedis.cluster().uri();
  }

  @Override
  List<RedisServer> primaries() {
    return TestRedis.cluster().servers().stream()
        .filter(server -> server.command("INFO", "replication").contains("role:master"))
        .toList();
  }
}
