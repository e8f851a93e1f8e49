package io.mas.api.token;

import static io.mas.api.token.TokenGrant.Action.DOWNLOAD;
import static io.mas.api.token.TokenGrant.Action.UPLOAD;
import static org.assertj.core.api.Assertions.assertThat;

import io.mas.common.object.ObjectHash;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every token store promises. All times are multiples of {@link #second()}, and a test looks
 * at least {@link #margin()} before or after a boundary, so that a store with a clock of its own
 * can run this with scaled settings and real waiting.
 */
abstract class TokenStoreContract {
  /** In contract seconds. */
  static final int FIRST_USE = 120;

  static final int PER_USE = 10;
  static final int MAX_AGE = 24 * 3600;

  private final Random random = new Random(seed());
  final ObjectHash hash = hash();
  TokenStore store;

  /**
   * An empty store whose settings are {@link #FIRST_USE}, {@link #PER_USE} and {@code maxAge} times
   * {@link #second()}.
   */
  abstract TokenStore newStore(int maxAge);

  /** How long a second of the contract takes. */
  abstract Duration second();

  /** How near to a boundary the store's time can be told, in contract seconds. */
  abstract double margin();

  /** Lets the store's time go on by so many contract seconds. */
  abstract void pass(double seconds);

  private static long seed() {
    long seed = Long.getLong("mas.test.seed", new SecureRandom().nextLong());
    System.out.println("tokens: -Dmas.test.seed=" + seed);
    return seed;
  }

  @BeforeEach
  void openStore() {
    store = newStore(MAX_AGE);
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  ObjectHash hash() {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return ObjectHash.of(bytes);
  }

  TokenGrant download() {
    return TokenGrant.download(hash, null, null);
  }

  private boolean valid(String token) {
    return store.use(token, DOWNLOAD).isPresent();
  }

  /** That a token ends after so many seconds from now, found without using it before. */
  private void assertEndsIn(String token, int seconds) {
    pass(seconds - margin());
    assertThat(store.use(token, UPLOAD)).as("the other action").isEmpty();
    assertThat(store.use(token, DOWNLOAD)).as("before %d s", seconds).isPresent();
  }

  private void assertEndedAfter(String token, int seconds) {
    pass(seconds + margin());
    assertThat(store.use(token, DOWNLOAD)).as("after %d s", seconds).isEmpty();
    assertThat(store.keepAlive(token)).isFalse();
  }

  // Issue

  @Test
  void aTokenIsTagAndRandomInBase64Url() {
    String one = store.issue(download());
    String two = store.issue(download());
    assertThat(one).matches("[A-Za-z0-9_-]{11}\\.[A-Za-z0-9_-]{43}").isNotEqualTo(two);
    assertThat(two).startsWith(one.substring(0, 12));
    assertThat(store.issue(TokenGrant.download(hash(), null, null)))
        .doesNotStartWith(one.substring(0, 12));
  }

  @Test
  void aTokenAllowsWhatItWasIssuedFor() {
    List<TokenGrant> grants =
        List.of(
            download(),
            TokenGrant.download(hash, "n\u00e4me \ud83d\ude00.pdf", "inline"),
            TokenGrant.download(hash, "", "attachment"));
    for (TokenGrant grant : grants) {
      assertThat(store.use(store.issue(grant), DOWNLOAD)).contains(grant);
    }
    List<TokenGrant> uploads =
        List.of(
            TokenGrant.upload(hash, "", OptionalLong.empty()),
            TokenGrant.upload(hash, "A.b_c-9", OptionalLong.of(0)),
            TokenGrant.upload(hash, "x".repeat(64), OptionalLong.of(Long.MAX_VALUE)));
    for (TokenGrant grant : uploads) {
      assertThat(store.use(store.issue(grant), UPLOAD)).contains(grant);
    }
  }

  // Validity

  @Test
  void anUnusedTokenIsValidForItsFirstUse() {
    assertEndsIn(store.issue(download()), FIRST_USE);
  }

  @Test
  void anUnusedTokenEndsAfterwards() {
    assertEndedAfter(store.issue(download()), FIRST_USE);
  }

  @Test
  void aUseAddsTenSeconds() {
    String token = store.issue(download());
    assertThat(valid(token)).isTrue();
    assertEndsIn(token, FIRST_USE + PER_USE);
  }

  @Test
  void aUseAddsNoMoreThanTenSeconds() {
    String token = store.issue(download());
    assertThat(valid(token)).isTrue();
    assertEndedAfter(token, FIRST_USE + PER_USE);
  }

  @Test
  void aUseInTheLastMomentLeavesTenSeconds() {
    String token = store.issue(download());
    pass(FIRST_USE - margin());
    assertThat(valid(token)).isTrue();
    assertEndsIn(token, PER_USE);
  }

  @Test
  void twoParallelUsesAddTwentySeconds() {
    String token = store.issue(download());
    assertThat(inParallel(2, () -> valid(token))).containsOnly(true);
    assertEndsIn(token, FIRST_USE + 2 * PER_USE);
  }

  @Test
  void twoParallelUsesAddNoMoreThanTwentySeconds() {
    String token = store.issue(download());
    assertThat(inParallel(2, () -> valid(token))).containsOnly(true);
    assertEndedAfter(token, FIRST_USE + 2 * PER_USE);
  }

  @Test
  void aHundredParallelUsesAddAThousandSeconds() {
    String token = store.issue(download());
    assertThat(inParallel(100, () -> valid(token))).containsOnly(true);
    assertEndsIn(token, FIRST_USE + 100 * PER_USE);
  }

  @Test
  void aHundredParallelUsesAddNoMoreThanAThousandSeconds() {
    String token = store.issue(download());
    assertThat(inParallel(100, () -> valid(token))).containsOnly(true);
    assertEndedAfter(token, FIRST_USE + 100 * PER_USE);
  }

  @Test
  void usesNeverLeadBeyondTheMaximumAge() {
    store.close();
    store = newStore(200);
    String token = store.issue(download());
    assertThat(inParallel(100, () -> valid(token))).containsOnly(true);
    assertEndsIn(token, 200);
    assertEndedAfter(token, 1);
  }

  @Test
  void theFirstUseEndsAtTheMaximumAge() {
    store.close();
    store = newStore(60);
    assertEndedAfter(store.issue(download()), 60);
  }

  @Test
  void anEndedTokenIsNotBroughtBack() {
    String token = store.issue(download());
    pass(FIRST_USE + margin());
    assertThat(store.keepAlive(token)).isFalse();
    assertThat(valid(token)).isFalse();
    assertThat(store.keepAlive(token)).isFalse();
    assertThat(valid(token)).isFalse();
  }

  // The other action

  @Test
  void aTokenForTheOtherActionIsNoneAndNothingIsAdded() {
    String token = store.issue(download());
    assertThat(store.use(token, UPLOAD)).isEmpty();
    assertEndedAfter(token, FIRST_USE);
  }

  // Keeping alive

  @Test
  void keepAliveLeavesTenSecondsAtLeast() {
    String token = store.issue(download());
    pass(FIRST_USE - 5);
    assertThat(store.keepAlive(token)).isTrue();
    assertEndsIn(token, PER_USE);
  }

  @Test
  void keepAliveAddsNothingBeyondTenSeconds() {
    String token = store.issue(download());
    pass(FIRST_USE - 5);
    for (int i = 0; i < 10; i++) {
      assertThat(store.keepAlive(token)).isTrue();
    }
    assertEndedAfter(token, PER_USE);
  }

  @Test
  void keepAliveNeverShortens() {
    String token = store.issue(download());
    assertThat(store.keepAlive(token)).isTrue();
    assertEndsIn(token, FIRST_USE);
  }

  @Test
  void keepAliveEndsAtTheMaximumAge() {
    store.close();
    store = newStore(30);
    String token = store.issue(download());
    for (int passed = 0; passed < 25; passed += 5) {
      pass(5);
      assertThat(store.keepAlive(token)).isTrue();
    }
    pass(5 + margin());
    assertThat(store.keepAlive(token)).isFalse();
  }

  // Revocation

  @Test
  void aRevokedTokenIsGone() {
    String token = store.issue(download());
    String other = store.issue(download());
    store.revoke(token);
    store.revoke(token);
    assertThat(valid(token)).isFalse();
    assertThat(store.keepAlive(token)).isFalse();
    assertThat(valid(other)).isTrue();
  }

  @Test
  void allTokensOfARevokedHashAreGone() {
    String one = store.issue(download());
    String two = store.issue(TokenGrant.upload(hash, "", OptionalLong.empty()));
    String other = store.issue(TokenGrant.download(hash(), null, null));
    store.revokeAll(hash);
    assertThat(valid(one)).isFalse();
    assertThat(store.keepAlive(two)).isFalse();
    assertThat(store.use(two, UPLOAD)).isEmpty();
    assertThat(valid(other)).isTrue();
  }

  @Test
  void aTokenIssuedAfterARevocationWorksInTheSameInstant() {
    for (int i = 0; i < 100; i++) {
      String before = store.issue(download());
      store.revokeAll(hash);
      String after = store.issue(download());
      assertThat(valid(before)).isFalse();
      assertThat(valid(after)).isTrue();
      assertThat(store.keepAlive(after)).isTrue();
    }
  }

  @Test
  void revokingAHashWithoutTokensDoesNothing() {
    store.revokeAll(hash);
    assertThat(valid(store.issue(download()))).isTrue();
  }

  @Test
  void aRevocationThatReturnedIsSeenByEveryLaterUse() {
    for (int round = 0; round < 20; round++) {
      String token = store.issue(download());
      AtomicBoolean revoked = new AtomicBoolean();
      List<Boolean> wrong = Collections.synchronizedList(new ArrayList<>());
      Callable<Boolean> user =
          () -> {
            boolean before = true;
            while (before) {
              before = !revoked.get();
              if (store.use(token, DOWNLOAD).isPresent() && !before) {
                wrong.add(true);
              }
            }
            return true;
          };
      Callable<Boolean> revoker =
          () -> {
            store.revokeAll(hash);
            revoked.set(true);
            return true;
          };
      inParallel(List.of(user, user, revoker, user));
      assertThat(wrong).isEmpty();
      assertThat(valid(token)).isFalse();
    }
  }

  // Texts that are none

  @ParameterizedTest
  @MethodSource("texts")
  void aTextThatIsNoTokenIsNone(String text) {
    assertThat(store.use(text, DOWNLOAD)).isEmpty();
    assertThat(store.use(text, UPLOAD)).isEmpty();
    assertThat(store.keepAlive(text)).isFalse();
    store.revoke(text);
  }

  static Stream<String> texts() {
    String tag = "A".repeat(11);
    String secret = "A".repeat(43);
    return Stream.of(
        "",
        ".",
        "..",
        " ",
        "\u0000",
        tag,
        tag + ".",
        "." + secret,
        tag + "." + secret,
        tag + "." + secret + "=",
        tag + secret + ".",
        tag + "." + "A".repeat(42) + "\n",
        "\u0660".repeat(11) + "." + secret,
        "\ud83d\ude00".repeat(20),
        "\ud800".repeat(55),
        "{" + tag.substring(2) + "}." + secret,
        "*".repeat(55),
        "A".repeat(1 << 20));
  }

  @Test
  void aTokenUnderAnotherTagIsNone() {
    String token = store.issue(download());
    String other = store.issue(TokenGrant.download(hash(), null, null));
    assertThat(valid(other.substring(0, 12) + token.substring(12))).isFalse();
    assertThat(valid(token)).isTrue();
  }

  @Test
  void aTokenWithOneCharacterChangedIsNone() {
    String token = store.issue(download());
    for (int i = 0; i < token.length(); i++) {
      char other = token.charAt(i) == 'A' ? 'B' : 'A';
      String changed = token.substring(0, i) + other + token.substring(i + 1);
      assertThat(valid(changed)).as("character %d", i).isFalse();
      store.revoke(changed);
    }
    assertThat(valid(token)).isTrue();
  }

  @Test
  void lettersOfTheOtherCaseAreAnotherToken() {
    String token = store.issue(download());
    assertThat(valid(token.toLowerCase(Locale.ROOT))).isFalse();
    assertThat(valid(token)).isTrue();
  }

  static <T> List<T> inParallel(int times, Callable<T> task) {
    return inParallel(IntStream.range(0, times).mapToObj(i -> task).toList());
  }

  static <T> List<T> inParallel(List<Callable<T>> tasks) {
    CountDownLatch start = new CountDownLatch(tasks.size());
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      List<Future<T>> results =
          tasks.stream()
              .map(
                  task ->
                      threads.submit(
                          () -> {
                            start.countDown();
                            start.await();
                            return task.call();
                          }))
              .toList();
      return results.stream().map(TokenStoreContract::result).toList();
    }
  }

  private static <T> T result(Future<T> future) {
    try {
      return future.get();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
