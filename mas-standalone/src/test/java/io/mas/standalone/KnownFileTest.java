package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.standalone.KnownFile.Knowledge;
import io.mas.standalone.KnownFile.State;
import io.mas.standalone.MasClient.Download;
import java.net.http.HttpHeaders;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The checker of the random kills would notice a store that breaks its promises. */
class KnownFileTest {
  private static final Download LOST = refused(404, 5407);
  private static final Download UNFINISHED = refused(409, 5413);
  private static final Download LATER = refused(503, 5404);

  private final Content content = Content.text("a", "some bytes");
  private final KnownFile file = new KnownFile(content);
  private final Download right = bytes(content.hash(), true);
  private final Download wrong = bytes(Content.text("b", "some").hash(), true);
  private final Download brokenOff = bytes("", false);

  private static Download refused(int status, int code) {
    return new Download(status, code, noHeaders(), 0, "", true);
  }

  private static Download bytes(String hash, boolean whole) {
    return new Download(200, 200, noHeaders(), 10, hash, whole);
  }

  private static HttpHeaders noHeaders() {
    return HttpHeaders.of(Map.of(), (name, value) -> true);
  }

  @Test
  void anAcknowledgedFileMustBeReadWithItsBytes() {
    file.acknowledged(State.STORED);
    assertThat(file.quietVerdict(right)).isEmpty();
    assertThat(file.quietVerdict(LOST)).hasValueSatisfying(says("an acknowledged file is lost"));
    assertThat(file.quietVerdict(UNFINISHED)).hasValueSatisfying(says("file is lost"));
    assertThat(file.quietVerdict(wrong)).hasValueSatisfying(says("wrong or partial bytes"));
  }

  @Test
  void aDeletedFileMustNotBeRead() {
    file.acknowledged(State.ABSENT);
    assertThat(file.quietVerdict(LOST)).isEmpty();
    assertThat(file.quietVerdict(right)).hasValueSatisfying(says("a deleted file is read"));
  }

  @Test
  void anUnknownOutcomeMayBeEitherButNeverPartial() {
    file.invoked();
    assertThat(file.quietVerdict(right)).isEmpty();
    assertThat(file.quietVerdict(LOST)).isEmpty();
    assertThat(file.quietVerdict(UNFINISHED)).isEmpty();
    assertThat(file.quietVerdict(wrong)).hasValueSatisfying(says("wrong or partial bytes"));
  }

  @Test
  void aStoreThatNobodyDisturbsMustAnswer() {
    file.acknowledged(State.STORED);
    assertThat(file.quietVerdict(LATER)).hasValueSatisfying(says("no answer"));
    assertThat(file.quietVerdict(brokenOff)).hasValueSatisfying(says("no answer"));
    assertThat(file.verdict(file.knowledge(), LATER)).isEmpty();
    assertThat(file.verdict(file.knowledge(), brokenOff)).isEmpty();
  }

  @Test
  void aChangeDuringTheReadingExcusesAllButWrongBytes() {
    file.acknowledged(State.STORED);
    Knowledge before = file.knowledge();
    file.invoked();
    assertThat(file.verdict(before, LOST)).isEmpty();
    assertThat(file.verdict(before, wrong)).isPresent();
  }

  private static Consumer<String> says(String what) {
    return problem -> assertThat(problem).contains(what);
  }
}
