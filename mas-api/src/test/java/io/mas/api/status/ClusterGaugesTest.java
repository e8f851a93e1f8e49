package io.mas.api.status;

import static io.mas.api.metadata.Extents.column;
import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.ExtentDocument;
import io.mas.api.metadata.Extents;
import io.mas.api.metadata.ProcessDocument;
import io.mas.api.metadata.SweepDocument;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClusterGaugesTest {
  private static final long NOW = Extents.SINCE + 5_000;
  private static final GarbageBacklog NO_GARBAGE =
      new GarbageBacklog(
          new Count(0, false), new Count(0, false), 0, Collecting.of(SweepDocument.NONE));

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private @Nullable ClusterStatus status;

  private final ClusterGauges gauges =
      new ClusterGauges(
          () -> {
            if (status == null) {
              throw new IllegalStateException("nothing can be asked");
            }
            return status;
          },
          meters);

  private static ClusterStatus status(
      @Nullable Integer mayFail, @Nullable RepairBacklog repair, ClusterStatus.Unknown... unknown) {
    return new ClusterStatus(NOW, List.of(), mayFail, repair, NO_GARBAGE, List.of(unknown));
  }

  private void told(String gauge, double value) {
    assertThat(meters.get(gauge).gauge().value()).as(gauge).isEqualTo(Double.valueOf(value));
  }

  private void nothingIsTold() {
    assertThat(meters.getMeters())
        .hasSizeGreaterThan(5)
        .allSatisfy(
            meter ->
                assertThat(meters.get(meter.getId().getName()).gauge().value())
                    .as("%s", meter.getId())
                    .isNaN());
  }

  @Test
  void whatIsKnownIsTold() {
    nothingIsTold();
    ExtentDocument unreadable =
        Extents.of(1, column(0), column(1), column(2))
            .withTurn(new ExtentDocument.Turn(Extents.SINCE, NOW, RepairBacklog.STUCK_TRIES));
    status =
        status(
            -1,
            RepairBacklog.of(
                WorkList.of(List.of(unreadable, Extents.of(2, column(0))), 0),
                2,
                List.of(ProcessDocument.observer("a", NOW, "safe mode", List.of())),
                NOW));
    gauges.askOnce();
    told("mas.cluster.known", 1);
    told("mas.cluster.may.fail", -1);
    told("mas.cluster.unreadable", 1);
    told("mas.repair.backlog", 2);
    told("mas.repair.stuck", 1);
    told("mas.verdicts.held", 1);

    status = status(2, RepairBacklog.of(WorkList.of(List.of(), 0), 2, List.of(), NOW));
    gauges.askOnce();
    told("mas.cluster.may.fail", 2);
    told("mas.repair.backlog", 0);
    told("mas.verdicts.held", 0);
  }

  @Test
  void whatIsNotKnownIsNoNumberAndThatItIsNotIsTold() {
    status = status(2, RepairBacklog.of(WorkList.of(List.of(), 0), 2, List.of(), NOW));
    gauges.askOnce();
    status = status(null, null, new ClusterStatus.Unknown("repair", "no answer"));
    gauges.askOnce();
    told("mas.cluster.known", 0);
    told("mas.cluster.may.fail", Double.NaN);
    told("mas.repair.stuck", Double.NaN);
    status = null;
    gauges.askOnce();
    nothingIsTold();
  }
}
