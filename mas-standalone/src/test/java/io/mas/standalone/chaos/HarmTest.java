package io.mas.standalone.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.standalone.chaos.Fault.Kind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** No more is harmed at once than the store promises to survive. */
class HarmTest {
  private final Harm harm = new Harm(2);

  private static Fault fault(Kind kind, String victim) {
    return new Fault(
        kind, victim, victim, Harm.Part.of(victim).down(), Duration.ZERO, () -> {}, () -> {});
  }

  private static Fault kill(String victim) {
    return fault(Kind.KILL, victim);
  }

  @Test
  void atMostSoManyNodes() {
    assertThat(harm.take(kill("node-1"))).isTrue();
    assertThat(harm.take(kill("node-7"))).isTrue();
    assertThat(harm.take(kill("node-3"))).isFalse();
    harm.release(kill("node-1"));
    assertThat(harm.take(kill("node-3"))).isTrue();
  }

  @Test
  void oneFaultOfTheSameVictim() {
    assertThat(harm.take(kill("node-1"))).isTrue();
    assertThat(harm.take(fault(Kind.LATE, "node-1"))).isFalse();
    assertThat(harm.has("node-1")).isTrue();
  }

  @Test
  void oneGatewayAndOneServer() {
    assertThat(harm.take(kill("gateway-1"))).isTrue();
    assertThat(harm.take(kill("gateway-2"))).isFalse();
    assertThat(harm.take(kill("redis"))).isTrue();
    assertThat(harm.take(kill("mongodb"))).isFalse();
    assertThat(harm.take(kill("worker"))).isTrue();
  }

  @Test
  void aDamagedVolumeCountsAfterItsFaultTooAndItsNodeOnlyOnce() {
    Fault damage = fault(Kind.DAMAGE, "node-1");
    assertThat(harm.take(damage)).isTrue();
    harm.release(damage);
    assertThat(harm.take(kill("node-2"))).isTrue();
    assertThat(harm.take(kill("node-3"))).isFalse();
    assertThat(harm.take(kill("node-1"))).isTrue();
  }
}
