package io.mas.api.token;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What is done to tokens in Redis, each in one atomic step and by the time of Redis.
 *
 * <p>A token is a hash under {@code {tag}:t:<digest>}, {@code {tag}:gen} the last revocation of all
 * tokens of that tag; the braces put both into one slot of a cluster. Times are microseconds since
 * 1970, which a Lua number holds exactly until 2255. The fields of a token:
 *
 * <ul>
 *   <li>{@code v}: the number of this format; an unknown one is refused
 *   <li>{@code gen}: what {@code {tag}:gen} was when it was issued, 0 for nothing. It is valid only
 *       while that has not risen. No clock is compared, so neither two steps in one microsecond nor
 *       a clock that steps back (another server after a failover) lets a revoked token through.
 *   <li>{@code expires}, {@code end}: until when it is valid unless it is used, and at most
 *   <li>{@code action}, {@code hash}, {@code session}, {@code max_size}, {@code name}, {@code
 *       disposition}: the grant; what is null is absent
 * </ul>
 *
 * <p>{@code #!lua} makes a replica refuse the script as a whole (a script without it could read
 * there); {@code allow-oom} lets a server whose memory is full still do what needs no more of it.
 */
enum TokenScript {
  /** Keys: token, generation; values: first use, maximum age (µs), fields of the grant. */
  ISSUE(
      "",
      """
      local last = now + ARGV[2]
      local expires = math.min(now + ARGV[1], last)
      redis.call('HSET', KEYS[1], 'v', '1', 'gen', generation,
          'expires', text(expires), 'end', text(last), unpack(ARGV, 3))
      redis.call('PEXPIREAT', KEYS[1], text(math.ceil(expires / 1000)))
      return {}
      """),

  /** Keys: token, generation; values: what to add (µs), the action. Answers the grant. */
  USE(
      " flags=allow-oom",
      Lua.VALID
          + """
          if token[5] ~= ARGV[2] then return {} end
          extend(expires + ARGV[1])
          return redis.call('HMGET', KEYS[1], 'hash', 'session', 'max_size', 'name', 'disposition')
          """),

  /** Keys: token, generation; values: what is to remain (µs). Answers something if it is valid. */
  KEEP_ALIVE(
      " flags=allow-oom",
      Lua.VALID
          + """
          local least = now + ARGV[1]
          if expires < least then extend(least) end
          return {'valid'}
          """),

  /** Keys: any token, generation; values: for how long (ms). */
  REVOKE_ALL(
      " flags=allow-oom",
      """
      local risen = math.max(now, generation + 1)
      redis.call('SET', KEYS[2], text(risen), 'PX', ARGV[1])
      return {}
      """);

  /** What an unknown format is refused with, followed by its number. */
  static final String UNKNOWN_FORMAT = "FORMAT";

  private final String source;
  private final String digest;

  TokenScript(String flags, String body) {
    this.source = "#!lua" + flags + "\n" + Lua.PRESENT + body;
    this.digest = sha1(source);
  }

  String source() {
    return source;
  }

  /** What Redis keeps it under. */
  String digest() {
    return digest;
  }

  private static String sha1(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }

  /** What they have in common. */
  private static final class Lua {
    static final String PRESENT =
        """
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local generation = redis.call('GET', KEYS[2]) or '0'
        local function text(number) return string.format('%.0f', number) end
        """;

    /** Ends here unless the token is valid. */
    static final String VALID =
        """
        local token = redis.call('HMGET', KEYS[1], 'v', 'gen', 'expires', 'end', 'action')
        if not token[1] then return {} end
        if token[1] ~= '1' then return redis.error_reply('FORMAT ' .. token[1]) end
        local expires = tonumber(token[3])
        if now >= expires or tonumber(token[2]) < tonumber(generation) then return {} end
        local function extend(to)
          local bounded = math.min(to, tonumber(token[4]))
          redis.call('HSET', KEYS[1], 'expires', text(bounded))
          redis.call('PEXPIREAT', KEYS[1], text(math.ceil(bounded / 1000)))
        end
        """;
  }
}
