package io.mas.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  @Test
  void startsAreEvenlySpacedAndDoNotDrift() {
    Schedule schedule = new Schedule(300, 1_000);
    assertThat(schedule.start(0)).isEqualTo(1_000);
    assertThat(schedule.start(300_000)).isEqualTo(1_000 + 1_000_000_000_000L);
  }

  @Test
  void aLateClientGetsTheStartsThatHavePassed() {
    long begun = System.nanoTime() - 10_000_000_000L;
    Schedule schedule = new Schedule(1, begun);
    List<Long> starts = Stream.generate(schedule::await).limit(3).toList();
    assertThat(starts).containsExactly(begun, begun + 1_000_000_000, begun + 2_000_000_000);
  }

  @Test
  void anEarlyClientWaits() {
    Schedule schedule = new Schedule(100, System.nanoTime());
    for (int i = 0; i < 3; i++) {
      assertThat(schedule.await()).isLessThanOrEqualTo(System.nanoTime());
    }
    assertThat(System.nanoTime()).isGreaterThanOrEqualTo(schedule.start(2));
  }

  @Test
  void withoutARateAClientStartsAtOnce() {
    long before = System.nanoTime();
    Schedule schedule = new Schedule(0, before);
    assertThat(schedule.await()).isBetween(before, System.nanoTime());
    assertThat(schedule.open()).isFalse();
  }
}
