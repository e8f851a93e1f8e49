package io.mas.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.common.cluster.NodeAnnouncement;
import io.mas.rabbitmq.AnnouncementFormat.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnnouncementFormatTest {
  private static final NodeAnnouncement NEWS = News.of("node-1", "b", 5);

  /** The format as other builds write it: a change of it needs another number. */
  private static final String WIRE =
      """
      {"v":1,"announcement":{"identity":{"clusterId":"cluster","nodeId":"node-1","counter":3,\
      "bootId":"b"},"sequence":5,"logSequence":41,"address":"http://127.0.0.1:9101",\
      "process":"prozess-ü-1","host":"host-1","zone":"zone-1","capacityBytes":1099511627776,\
      "freeBytes":549755813888,"state":"DRAINING"}}""";

  private static NodeAnnouncement decode(String text) throws UnreadableException {
    return AnnouncementFormat.decode(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void writesAndReadsThisFormat() throws Exception {
    assertThat(AnnouncementFormat.encode(NEWS)).asString(StandardCharsets.UTF_8).isEqualTo(WIRE);
    assertThat(decode(WIRE)).isEqualTo(NEWS);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, -1})
  void anotherVersionIsRefused(int version) {
    assertThatThrownBy(() -> decode(WIRE.replace("\"v\":1", "\"v\":" + version)))
        .isInstanceOf(UnreadableException.class)
        .hasMessage("format %d, this build knows format 1", version);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '$',
      value = {
        "\"sequence\":5,|",
        "\"sequence\":5|\"sequence\":\"5\"",
        "\"sequence\":5|\"sequence\":5.5",
        "\"sequence\":5|\"sequence\":99999999999999999999",
        "\"sequence\":5|\"sequence\":null",
        "\"sequence\":5|\"sequence\":5,\"more\":1",
        "\"DRAINING\"|\"GONE\"",
        "\"DRAINING\"|1",
        "\"DRAINING\"|null",
        "\"counter\":3|\"counter\":0",
        "\"node-1\"|\"Node 1\"",
        "\"http://127.0.0.1:9101\"|\"::\"",
        "\"http://127.0.0.1:9101\"|\"file:/etc/passwd\"",
        "\"http://127.0.0.1:9101\"|\"/path\"",
        "\"host-1\"|\"a\\nb\"",
        "\"host-1\"|{}",
        "}}|}",
        "}}|}} x",
      })
  void whatIsNotExactlyAnAnnouncementIsRefused(String right, String wrong) {
    String text = WIRE.replace(right, wrong == null ? "" : wrong);
    assertThat(text).isNotEqualTo(WIRE);
    assertThatThrownBy(() -> decode(text)).isInstanceOf(UnreadableException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "[]", "1", "\"v\"", "{}", "{\"v\":1}", "{\"v\":\"1\"}"})
  void otherJsonIsRefused(String text) {
    assertThatThrownBy(() -> decode(text)).isInstanceOf(UnreadableException.class);
  }

  @Test
  void whatIsTooLargeIsRefusedUnread() {
    assertThatThrownBy(() -> AnnouncementFormat.decode(new byte[AnnouncementFormat.MAX_BYTES + 1]))
        .isInstanceOf(UnreadableException.class)
        .hasMessage("16385 bytes, expected at most 16384");
  }

  /** A damaged message is refused or is an announcement; it never breaks the reader. */
  @Test
  void damagedMessagesAreRefusedOrRead() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = WIRE.getBytes(StandardCharsets.UTF_8);
      for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        AnnouncementFormat.decode(bytes);
      } catch (UnreadableException _) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(5000);
  }
}
