package io.mas.node.web;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mas.common.protocol.InternalKey;
import io.mas.common.protocol.InternalKeys;
import io.mas.common.protocol.NodeError;
import io.mas.common.protocol.SignedRequest;
import io.mas.node.shard.ShardStoreException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RequestAuthenticatorTest {
  private static final long NOW = 1_764_000_000_000L;
  private static final String OLD = randomHex();
  private static final String NEW = randomHex();

  private final RequestAuthenticator authenticator = of(OLD);

  private static String randomHex() {
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    return HexFormat.of().formatHex(key);
  }

  private static InternalKey key(String text) {
    return InternalKeys.parse(List.of(text)).first();
  }

  private static RequestAuthenticator of(String... keys) {
    return new RequestAuthenticator(InternalKeys.parse(List.of(keys)), () -> NOW, 100);
  }

  private static SignedRequest request(String time, String nonce) {
    return new SignedRequest("GET", "/x", "1", "c", "n", "1", 0, "00000000", time, nonce);
  }

  private static void assertRefused(NodeError error, Runnable admission) {
    assertThatExceptionOfType(ShardStoreException.class)
        .isThrownBy(admission::run)
        .matches(e -> e.error() == error, "refused with " + error);
  }

  private void admit(SignedRequest request) {
    authenticator.admit(request, key(OLD).id(), request.sign(key(OLD)));
  }

  @Test
  void theEdgesOfTheWindowAreInside() {
    assertThatCode(() -> admit(request("" + (NOW - 60_000), "0000000000000001")))
        .doesNotThrowAnyException();
    assertThatCode(() -> admit(request("" + (NOW + 60_000), "0000000000000001")))
        .doesNotThrowAnyException();
    assertRefused(
        NodeError.CLOCK_SKEW, () -> admit(request("" + (NOW - 60_001), "0000000000000002")));
    assertRefused(
        NodeError.CLOCK_SKEW, () -> admit(request("" + (NOW + 60_001), "0000000000000002")));
  }

  @Test
  void theSameRequestIsAdmittedOnce() {
    SignedRequest request = request("" + NOW, "00000000000000ff");
    admit(request);
    assertRefused(NodeError.UNAUTHENTICATED, () -> admit(request));
    admit(request("" + NOW, "00000000000000fe"));
  }

  /** Only who has a key takes room: a forgery neither fills the memory nor spoils a nonce. */
  @Test
  void aForgeryIsNotRemembered() {
    SignedRequest request = request("" + NOW, "00000000000000ff");
    for (int i = 0; i < 1000; i++) {
      assertRefused(
          NodeError.UNAUTHENTICATED,
          () -> authenticator.admit(request, key(OLD).id(), request.sign(key(NEW))));
    }
    admit(request);
  }

  /** What is signed is text; another spelling of the same number is another text, and no number. */
  @Test
  void timesAndNoncesHaveOneForm() {
    for (String time :
        List.of("", "+1", "0" + NOW, " " + NOW, NOW + ".0", "99999999999999999999")) {
      assertRefused(NodeError.UNAUTHENTICATED, () -> admit(request(time, "0000000000000001")));
    }
    for (String nonce :
        List.of("", "1", "000000000000000G", "000000000000000A", "00000000000000001")) {
      assertRefused(NodeError.UNAUTHENTICATED, () -> admit(request("" + NOW, nonce)));
    }
  }

  /** The steps of InternalKeys, each with gateways and nodes before and after it. */
  @Test
  void aKeyIsReplacedWithoutARefusal() {
    List<String[]> steps =
        List.of(
            new String[] {OLD},
            new String[] {OLD, NEW},
            new String[] {NEW, OLD},
            new String[] {NEW});
    int nonce = 0;
    for (int i = 0; i < steps.size(); i++) {
      for (String[] gateway : steps.subList(Math.max(0, i - 1), Math.min(4, i + 2))) {
        InternalKey signs = key(gateway[0]);
        SignedRequest request = request("" + NOW, "%016x".formatted(nonce++));
        RequestAuthenticator node = of(steps.get(i));
        assertThatCode(() -> node.admit(request, signs.id(), request.sign(signs)))
            .as(
                "gateway signs with %s, node has %s",
                signs, Stream.of(steps.get(i)).map(k -> key(k)).toList())
            .doesNotThrowAnyException();
      }
    }
  }

  @Test
  void aKeyThatWasRemovedIsRefused() {
    SignedRequest request = request("" + NOW, "0000000000000001");
    assertRefused(
        NodeError.UNAUTHENTICATED,
        () -> of(NEW).admit(request, key(OLD).id(), request.sign(key(OLD))));
    assertRefused(
        NodeError.UNAUTHENTICATED,
        () -> of(NEW).admit(request, key(NEW).id(), request.sign(key(OLD))));
    assertRefused(
        NodeError.UNAUTHENTICATED, () -> of(NEW).admit(request, "", request.sign(key(NEW))));
  }
}
