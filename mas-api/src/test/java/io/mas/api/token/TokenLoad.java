package io.mas.api.token;

import static io.mas.api.token.TokenGrant.Action.DOWNLOAD;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ObjectHash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;

/**
 * Users who issue, use and revoke tokens while servers come and go, and look whether one is valid
 * that must not be: one whose revocation was answered, one that was invalid before, one over age.
 */
final class TokenLoad implements AutoCloseable {
  private static final int USERS = 4;
  private static final Duration PAUSE = Duration.ofMillis(4);

  /** Within this a request is answered, whatever Redis does. */
  private static final Duration ANSWER = Duration.ofSeconds(1);

  /** How exactly a token's age is known here. */
  private static final Duration AGE_MARGIN = Duration.ofMillis(100);

  final Queue<String> violations = new ConcurrentLinkedQueue<>();

  /** Requests that were told that Redis is away. */
  final AtomicInteger unreachable = new AtomicInteger();

  /** Revocations that were answered and replicated. */
  final AtomicInteger revocations = new AtomicInteger();

  /** Looks at revoked tokens. */
  final AtomicInteger looks = new AtomicInteger();

  /** Uses of tokens over age. */
  final AtomicInteger overAge = new AtomicInteger();

  private final TokenStore store;
  private final Duration maxAge;
  private final DoubleSupplier unreplicated;
  private final List<User> users;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile boolean stopping;

  /**
   * Starts them.
   *
   * @param maxAge of the store's tokens
   * @param unreplicated counts revocations that a failover may undo
   */
  TokenLoad(TokenStore store, Duration maxAge, DoubleSupplier unreplicated, long seed) {
    this.store = store;
    this.maxAge = maxAge;
    this.unreplicated = unreplicated;
    this.users = IntStream.range(0, USERS).mapToObj(i -> new User(new Random(seed + i))).toList();
    users.forEach(threads::execute);
  }

  /** When a request failed last, {@link System#nanoTime}. */
  long failedLast() {
    return users.stream().mapToLong(user -> user.failedLast).max().orElseThrow();
  }

  @Override
  public void close() {
    stopping = true;
    threads.close();
  }

  private record Token(String text, ObjectHash hash, long issued) {}

  /** One thread, whose tokens nobody else touches. */
  private final class User implements Runnable {
    private final Random random;
    private final List<Token> live = new ArrayList<>();
    private final List<Token> dead = new ArrayList<>();
    private volatile long failedLast = System.nanoTime();

    User(Random random) {
      this.random = random;
    }

    @Override
    public void run() {
      while (!stopping) {
        long start = System.nanoTime();
        try {
          request(random.nextInt(10));
        } catch (MasException e) {
          failed(e, start);
        } catch (RuntimeException e) {
          violations.add("failed with " + e);
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }

    private void failed(MasException e, long start) {
      failedLast = System.nanoTime();
      unreachable.incrementAndGet();
      Duration time = Duration.ofNanos(failedLast - start);
      require(e.code() == ErrorCode.TOKEN_STORE_UNREACHABLE, "answered " + e);
      require(time.compareTo(ANSWER) <= 0, "answered after " + time);
    }

    private void request(int choice) {
      if (live.isEmpty() || choice < 3) {
        live.add(issue());
      } else if (choice < 4) {
        revoke(one(live));
      } else if (choice < 6 && !dead.isEmpty()) {
        useDead(one(dead));
      } else {
        useLive(one(live));
      }
    }

    private Token one(List<Token> tokens) {
      return tokens.get(random.nextInt(tokens.size()));
    }

    private Token issue() {
      byte[] bytes = new byte[32];
      random.nextBytes(bytes);
      ObjectHash hash = ObjectHash.of(bytes);
      return new Token(store.issue(TokenGrant.download(hash, null, null)), hash, System.nanoTime());
    }

    private void useLive(Token token) {
      Duration age = Duration.ofNanos(System.nanoTime() - token.issued);
      boolean valid = valid(token);
      if (age.compareTo(maxAge.plus(AGE_MARGIN)) > 0) {
        overAge.incrementAndGet();
        require(!valid, "valid at the age of " + age);
      }
      if (!valid) {
        live.remove(token);
        dead.add(token);
      }
    }

    private void useDead(Token token) {
      looks.incrementAndGet();
      require(!valid(token), "valid again");
    }

    private boolean valid(Token token) {
      return random.nextBoolean()
          ? store.keepAlive(token.text)
          : store.use(token.text, DOWNLOAD).isPresent();
    }

    private void revoke(Token token) {
      double before = unreplicated.getAsDouble();
      live.remove(token);
      if (random.nextBoolean()) {
        store.revoke(token.text);
      } else {
        store.revokeAll(token.hash);
      }
      if (unreplicated.getAsDouble() == before) {
        revocations.incrementAndGet();
        dead.add(token);
      }
    }

    private void require(boolean right, String otherwise) {
      if (!right) {
        violations.add(otherwise);
      }
    }
  }
}
