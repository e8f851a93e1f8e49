package io.mas.api.token;

import io.mas.dev.server.RedisServer;
import java.util.List;

/** The contract with sentinels. */
class RedisSentinelContractTest extends RedisContract {

  @Override
  String uri() {
    return TestRedis.sentinel().uri();
  }

  @Override
  List<RedisServer> primaries() {
    return List.of(TestRedis.sentinel().primary());
  }
}
