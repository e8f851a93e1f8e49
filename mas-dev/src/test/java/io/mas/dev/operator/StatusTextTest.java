package io.mas.dev.operator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** What a person is told of the state of a store. */
class StatusTextTest {
  private static final String NOTHING_TO_REPAIR =
      repair("0", "0", "0", "0", "\"workers\":1,\"bytes_per_second\":0,\"seconds\":null");
  private static final String NO_GARBAGE =
      "{\"due\":{\"number\":0,\"more\":false},\"waiting\":{\"number\":3,\"more\":false},\"oldest_due\":0}";

  private static String node(String name, String state, String says, long heard) {
    return """
        {"id":"id-of-%s","process":"%s","address":"10.0.0.7:9101","host":"h1","zone":"z1",
         "state":"%s","says":"%s","heard":%d,"capacity":2199023255552,"free":1099511627776}"""
        .formatted(name, name, state, says, heard);
  }

  private static String up(String name) {
    return node(name, "UP", "UP", 999_000);
  }

  /** A number, or one with a {@code +} for a lower bound. */
  private static String count(String number) {
    return "{\"number\":%s,\"more\":%s}".formatted(number.replace("+", ""), number.endsWith("+"));
  }

  private static String repair(
      String files, String unreadable, String extents, String bytes, String rate) {
    return """
        {"files":%s,"unreadable":%s,"extents":%s,"stuck":%s,"bytes":%s,"unspread":%s,%s,"worst":[]}"""
        .formatted(
            count(files),
            count(unreadable),
            count(extents),
            count("0"),
            count(bytes),
            count("0"),
            rate);
  }

  private static String text(
      boolean healthy, String mayFail, String repair, String unknown, String... nodes) {
    String status =
        """
        {"time":1000000,"healthy":%s,"may_fail":%s,"nodes":[%s],"repair":%s,"garbage":%s,"unknown":[%s]}"""
            .formatted(
                healthy,
                mayFail,
                String.join(",", nodes),
                repair,
                unknown.isEmpty() ? NO_GARBAGE : "null",
                unknown);
    return new StatusText(JsonMapper.builder().build().readTree(status)).text();
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElseThrow();
  }

  @Test
  void allIsWellIsTheFirstWordAndClaimsNoMoreThanIsKnown() {
    String text = text(true, "2", NOTHING_TO_REPAIR, "", up("node-10"), up("node-2"));
    assertThat(text)
        .isEqualTo(
            """
            All is well: all 2 nodes are up; no file is known to lack a shard; 2 more nodes may fail.

            NODE     STATE  HEARD    ADDRESS        HOST  ZONE  FREE     OF       ID
            node-2   UP     1 s ago  10.0.0.7:9101  h1    z1    1.0 TiB  2.0 TiB  id-of-node-2
            node-10  UP     1 s ago  10.0.0.7:9101  h1    z1    1.0 TiB  2.0 TiB  id-of-node-10

            repair   nothing is known to be missing (1 worker)
            garbage  0 notes due, 3 in grace
            """);
  }

  @Test
  void aCollectionThatIsStoppedIsInTheFirstLineWithWhatToDo() {
    String stopped = withGarbage("STOPPED", "it would delete 7 of 8 of the parts", 940_000);
    assertThat(firstLine(stopped)).contains("; the collection of garbage is STOPPED; ");
    assertThat(stopped)
        .contains(
            """
            garbage  0 notes due, 3 in grace
                     stopped 60 s ago: it would delete 7 of 8 of the parts
                     is this the right database? then: POST /api/admin/garbage/confirm
            """);
    assertThat(firstLine(withGarbage("DRY_RUN", "", 0))).contains("dry run (mas.garbage.dry-run)");
    assertThat(firstLine(withGarbage("OFF", "", 0))).contains("off (mas.garbage.enabled)");
    assertThat(firstLine(withGarbage("ON", "", 0))).doesNotContain("garbage");
  }

  private static String withGarbage(String state, String stopped, long since) {
    String more =
        ",\"state\":\"%s\",\"stopped\":\"%s\",\"stopped_since\":%d}"
            .formatted(state, stopped, since);
    String status =
        """
        {"time":1000000,"healthy":false,"may_fail":2,"nodes":[%s],"repair":%s,"garbage":%s,"unknown":[]}"""
            .formatted(
                up("node-1"),
                NOTHING_TO_REPAIR,
                NO_GARBAGE.substring(0, NO_GARBAGE.length() - 1) + more);
    return new StatusText(JsonMapper.builder().build().readTree(status)).text();
  }

  @Test
  void whyNoVerdictsAreGivenIsALineOfItsOwn() {
    String held =
        NOTHING_TO_REPAIR.replace("\"worst\"", "\"held\":\"safe mode: 3 of 6\",\"worst\"");
    assertThat(text(false, "0", held, "", up("node-1")))
        .contains("verdicts  none on nodes: safe mode: 3 of 6\n");
    assertThat(text(false, "0", NOTHING_TO_REPAIR, "", up("node-1"))).doesNotContain("verdicts");
  }

  @Test
  void aNodeThatIsNotUpIsNamedInTheFirstLine() {
    String text =
        text(
            false,
            "0",
            NOTHING_TO_REPAIR,
            "",
            up("node-1"),
            node("node-2", "SUSPECT", "LEAVING", 400_000),
            node("node-3", "READ_ONLY", "READ_ONLY", 0));
    assertThat(firstLine(text))
        .isEqualTo(
            "NOT WELL: 2 of 3 nodes not up (node-2 is SUSPECT, node-3 is READ_ONLY);"
                + " no file is known to lack a shard; NO MORE NODE MAY FAIL.");
    assertThat(text)
        .contains("node-2  SUSPECT (said LEAVING)  10 min ago")
        .contains("node-3  READ_ONLY               not yet ")
        .endsWith("What to do: docs/operations/status.md\n");
  }

  @Test
  void theRepairSaysHowMuchHowLongAndAtWhatRate() {
    String repair =
        repair(
            "12",
            "3",
            "14",
            "1288490188",
            "\"workers\":2,\"bytes_per_second\":33554432,\"seconds\":39");
    String text = text(false, "-1", repair, "", up("node-1"));
    assertThat(firstLine(text))
        .contains("12 files below full redundancy; 3 of them CANNOT BE READ")
        .endsWith("TOO MANY NODES OR SHARDS ARE GONE to read everything now.");
    assertThat(text)
        .contains("repair   14 extents, 1.2 GiB to write: about 39 s at 32 MiB/s (2 workers)\n");
  }

  @Test
  void lowerBoundsAreSaidToBe() {
    String repair =
        repair(
            "1000+",
            "0",
            "1000+",
            "1073741824+",
            "\"workers\":1,\"bytes_per_second\":1048576,\"seconds\":1024");
    String text = text(false, "1", repair, "", up("node-1"));
    assertThat(firstLine(text)).contains("1000 or more files below full redundancy");
    assertThat(text)
        .contains("1000 or more extents, 1.0 GiB or more to write: at least 17 min at 1.0 MiB/s");
  }

  @Test
  void withoutARateNoTimeIsPromised() {
    String idle = "\"workers\":1,\"bytes_per_second\":0,\"seconds\":null";
    assertThat(text(false, "1", repair("1", "0", "1", "512", idle), "", up("node-1")))
        .contains("1 extent, 512 B to write: nothing was written in the last minute, so for how ")
        .contains("(1 worker)\n");
    String nobody = idle.replace("\"workers\":1", "\"workers\":0");
    assertThat(text(false, "1", repair("1", "0", "1", "512", nobody), "", up("node-1")))
        .contains("1 extent, 512 B to write: NOBODY REPAIRS (0 workers)\n");
  }

  @Test
  void aRepairThatFailsAgainAndAgainIsSaidToBeStuck() {
    String rate = "\"workers\":1,\"bytes_per_second\":512,\"seconds\":1";
    String repair =
        repair("4", "0", "4", "512", rate)
            .replace("\"stuck\":" + count("0"), "\"stuck\":" + count("3"));
    assertThat(text(false, "1", repair, "", up("node-1")))
        .contains("(1 worker); STUCK, since repairs failed again and again: 3\n");
  }

  @Test
  void whatCouldNotBeLearntIsSaidAndNeverWell() {
    String unknown = "{\"what\":\"repair\",\"why\":\"the database did not answer\"}";
    String text = text(false, "null", "null", unknown, up("node-1"));
    assertThat(firstLine(text))
        .isEqualTo(
            "NOT WELL: the one node is up; repair is unknown; how many more nodes may fail is unknown.");
    assertThat(text)
        .contains("repair   unknown\n", "garbage  unknown\n")
        .contains("unknown  repair: the database did not answer\n");
  }

  @Test
  void manyNodesThatAreDownDoNotFillTheFirstLine() {
    String[] nodes = new String[30];
    for (int i = 0; i < nodes.length; i++) {
      nodes[i] = node("node-" + (i + 1), "SUSPECT", "UP", 1);
    }
    assertThat(firstLine(text(false, "-1", NOTHING_TO_REPAIR, "", nodes)))
        .contains("30 of 30 nodes not up (node-1 is SUSPECT, ")
        .contains("node-5 is SUSPECT, ...)")
        .doesNotContain("node-6");
  }

  @Test
  void aNameCannotDriveTheTerminal() {
    assertThat(text(true, "2", NOTHING_TO_REPAIR, "", up("n\\u202e\\u001b[2J")))
        .contains("n??[2J")
        .doesNotContain("\u001b", "\u202e");
  }
}
