package io.mas.api.token;

import io.mas.dev.server.RedisServer;
import java.util.List;

/** The contract on one server. */
class RedisTokenStoreContractTest extends RedisContract {

  @Override
  String uri() {
    return TestRedis.single().uri();
  }

  @Override
  List<RedisServer> primaries() {
    return List.of(TestRedis.single());
  }
}
