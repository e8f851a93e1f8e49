package io.mas.api.token;

import io.mas.dev.server.RedisServer;
import java.time.Duration;
import java.util.List;

/**
 * The contract on real servers, with the settings of production. Time does not pass here: all times
 * in Redis are moved back instead, which is the same to scripts that compare them with the time of
 * Redis. That this time does pass is shown by {@link RedisTokenStoreTest}.
 */
abstract class RedisContract extends TokenStoreContract {
  /** Moves the times of all tokens and revocations back by so many microseconds. */
  private static final String MOVE_BACK =
      """
      #!lua flags=allow-cross-slot-keys
      local function text(number) return string.format('%.0f', number) end
      local function before(value)
        local time = tonumber(value)
        return text(time == 0 and 0 or time - ARGV[1])
      end
      for _, key in ipairs(redis.call('KEYS', '*')) do
        local left = redis.call('PTTL', key)
        if redis.call('TYPE', key).ok == 'hash' then
          for _, field in ipairs({'gen', 'expires', 'end'}) do
            redis.call('HSET', key, field, before(redis.call('HGET', key, field)))
          end
        else
          redis.call('SET', key, before(redis.call('GET', key)), 'KEEPTTL')
        end
        redis.call('PEXPIRE', key, text(left - ARGV[1] / 1000))
      end
      return 'moved'
      """;

  abstract String uri();

  /** Those that have tokens now. */
  abstract List<RedisServer> primaries();

  @Override
  TokenStore newStore(int maxAge) {
    primaries().forEach(server -> server.command("FLUSHALL"));
    return TestRedis.store(
        uri(),
        TestRedis.tokens(
            Duration.ofSeconds(FIRST_USE),
            Duration.ofSeconds(PER_USE),
            Duration.ofSeconds(maxAge)));
  }

  @Override
  Duration second() {
    return Duration.ofSeconds(1);
  }

  @Override
  double margin() {
    return 2;
  }

  @Override
  void pass(double seconds) {
    String micros = Long.toString(Math.round(seconds * 1e6));
    for (RedisServer server : primaries()) {
      String answer = server.command("EVAL", MOVE_BACK, "0", micros);
      if (!answer.equals("moved")) {
        throw new IllegalStateException(answer);
      }
    }
  }
}
