package io.mas.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ProcessFiguresTest {
  @Test
  void figuresAreFoundBehindACommandWithParenthesesAndBlanks() {
    assertThat(
            ProcessFigures.parse(
                "17 (a ) (b) S 1 17 17 0 -1 4194560 500 0 3 0 1250 250 0 0 20 0 42 0 9 9 9\n",
                "rchar: 1\nwchar: 2\nread_bytes: 4096\nwrite_bytes: 8192\ncancelled_write_bytes: 5\n",
                "Name:\tjava\nVmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\n"))
        .isEqualTo(new ProcessFigures(15.0, 4096, 8192, 2 << 20));
  }

  @Test
  void thisProcessHasFigures() {
    ProcessFigures figures = ProcessFigures.of(ProcessHandle.current().pid());
    assertThat(figures.cpuSeconds()).isPositive();
    assertThat(figures.peakBytes()).isGreaterThan(Bytes.MIB);
  }

  @Test
  void aProcessThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> ProcessFigures.of(Integer.MAX_VALUE))
        .isInstanceOf(LoadProblem.class)
        .hasMessageContaining("process 2147483647");
  }

  @Test
  void costIsSharedOutOverBytesAndRequests() {
    var rates = new Report.Rates(10, 1L << 30, 1024, 2048);
    var begin = new ProcessFigures(1, 0, 0, Bytes.MIB);
    var end = new ProcessFigures(5.096, 1L << 29, 3L << 29, 3 * Bytes.MIB);
    assertThat(Report.Cost.between(begin, end, rates))
        .usingRecursiveComparison()
        .withComparatorForType((a, b) -> Math.abs(a - b) < 1e-9 ? 0 : 1, Double.class)
        .isEqualTo(new Report.Cost(4.096, 4.096, 2000, 0.5, 1.5, 3));
    assertThat(rates.mibPerSecond()).isEqualTo(102.4);
  }
}
