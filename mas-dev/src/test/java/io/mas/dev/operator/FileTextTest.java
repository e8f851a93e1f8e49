package io.mas.dev.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** What a person is told of a file. */
class FileTextTest {

  private static String shard(int number, String state, String missing, String blocks) {
    return """
        {"shard":%d,"node":"id-%d","process":"node-%d","address":"10.0.0.%d:9101","state":"%s",
         "attempt":"00000000000000ff","missing":%s,"missing_blocks":[%s]}"""
        .formatted(number, number + 1, number + 1, number + 1, state, missing, blocks);
  }

  private static String good(int number) {
    return shard(number, "UP", "false", "");
  }

  private static String extent(int ordinal, int mayFail, long since, String... shards) {
    return """
        {"ordinal":%d,"offset":0,"length":1048576,"k":1,"m":1,"block_size":1048576,"redundancy":%d,
         "may_fail":%d,"unspread":false,"marked":false,"since":%d,"next_try":%d,"tries":3,"shards":[%s]}"""
        .formatted(ordinal, mayFail, mayFail, since, since, String.join(",", shards));
  }

  private static String whole(int ordinal) {
    return extent(ordinal, 1, 0, good(0), good(1));
  }

  private static String page(boolean live, boolean whole, long unplaced, String... extents) {
    String parts =
        extents.length == 0 && unplaced == 0
            ? ""
            : """
            {"number":0,"id":"00","length":1048576,"unplaced":%d,"extents":[%s]}"""
                .formatted(unplaced, String.join(",", extents));
    return """
        {"hash":"%s","name":"报告.pdf","size":1048576,"create_time":1790000000,"live":%s,"whole":%s,
         "parts":[%s],"cursor":null}"""
        .formatted("5a".repeat(32), live, whole, parts);
  }

  private static FileText of(String... pages) {
    FileText text = new FileText();
    Arrays.stream(pages).forEach(page -> text.add(JsonMapper.builder().build().readTree(page)));
    return text;
  }

  @Test
  void aWholeFileIsShownShardByShard() {
    FileText file = of(page(true, true, 0, whole(0)));
    assertThat(file.whole()).isTrue();
    assertThat(file.text())
        .isEqualTo(
            """
            Whole: no shard is known to be missing, and every node that has one serves; 1 more node may fail.

            %s  报告.pdf, 1.0 MiB, stored 2026-09-21T14:13:20Z
            part 0, extent 0: 1+1, 1.0 MiB from byte 0 of the part
              shard 0  node-1  UP  10.0.0.1:9101  ok
              shard 1  node-2  UP  10.0.0.2:9101  ok
            """
                .formatted("5a".repeat(32)));
  }

  @Test
  void anExtentThatCanOnlyBeSpreadWhenThereAreMoreNodesSaysSo() {
    String since = "1790000000000";
    String waits =
        extent(0, 1, 1_790_000_000_000L, good(0), good(1))
            .replace("\"next_try\":" + since, "\"next_try\":0");
    assertThat(of(page(true, true, 0, waits)).text())
        .contains("repair tried 3 times, waits for more nodes");
  }

  @Test
  void whatIsMissingDamagedOrNotReachedIsNamed() {
    String missing = extent(0, 0, 1_790_000_000_000L, good(0), shard(1, "UP", "true", ""));
    String damaged = extent(1, 0, 0, shard(0, "UP", "false", "3,7"), good(1));
    String away = extent(2, 0, 0, shard(0, "SUSPECT", "false", ""), good(1));
    FileText file = of(page(true, false, 0, missing, damaged, away, whole(3)));
    assertThat(file.whole()).isFalse();
    assertThat(file.text())
        .startsWith(
            "DEGRADED: shards are missing or not reached in 3 of 4 extents; NO MORE NODE MAY FAIL.\n")
        .contains("  shard 1  node-2  UP  10.0.0.2:9101  MISSING\n")
        .contains("lacking since 2026-09-21T14:13:20Z, repair tried 3 times")
        .contains("  shard 0  node-1  UP  10.0.0.1:9101  DAMAGED in 2 blocks\n")
        .contains("  shard 0  node-1  SUSPECT  10.0.0.1:9101  NOT REACHED\n");
  }

  @Test
  void aFileThatCannotBeReadIsSaidToBe() {
    String gone = extent(0, -1, 5, shard(0, "UP", "true", ""), shard(1, "UP", "true", ""));
    assertThat(of(page(true, false, 0, gone)).text()).contains("it CANNOT BE READ wholly now.");
    assertThat(of(page(true, false, 2048, whole(0))).text())
        .contains("and of 2.0 KiB nobody knows where they are; it CANNOT BE READ wholly now.");
  }

  @Test
  void ofALargeFileOnlyWhatLacksSomethingIsShownFromWhicheverPage() {
    String first =
        page(
            true,
            true,
            0,
            IntStream.range(0, 100).mapToObj(FileTextTest::whole).toArray(String[]::new));
    String bad = extent(100, 0, 7, good(0), shard(1, "UP", "true", ""));
    FileText file = of(first, page(true, false, 0, bad), page(true, true, 0, whole(101)));
    assertThat(file.whole()).isFalse();
    assertThat(file.text())
        .contains("in 1 of 102 extents")
        .contains("part 0, extent 100:")
        .doesNotContain("extent 99:", "extent 101:")
        .endsWith("101 extents not shown; -o json tells of all\n");
  }

  @Test
  void aLossEverywhereDoesNotFillTheScreen() {
    String bad =
        IntStream.range(0, 200)
            .mapToObj(i -> extent(i, 0, 7, good(0), shard(1, "UP", "true", "")))
            .collect(Collectors.joining(","));
    assertThat(of(page(true, false, 0, bad)).text().lines().count()).isLessThan(200);
  }

  @Test
  void anEmptyFileIsWholeAndADeletedOneIsNot() {
    assertThat(of(page(true, true, 0)).text()).startsWith("Whole: an empty file.\n");
    FileText deleted = of(page(false, false, 0, whole(0)));
    assertThat(deleted.whole()).isFalse();
    assertThat(deleted.text()).startsWith("DELETED: ");
  }
}
