package io.mas.standalone.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.standalone.Content;
import io.mas.standalone.load.KnownFile.Change;
import io.mas.standalone.load.KnownFile.Outcome;
import io.mas.standalone.load.KnownFile.State;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What may be concluded from changes that are done, refused, under way, or of unknown outcome. */
class KnownFileTest {
  private final KnownFile file = new KnownFile(Content.text("a", "some bytes"));

  private void change(State to, long start, long end, Outcome outcome) {
    Change change = file.begin(to, start);
    change.ended(outcome, end);
  }

  private void stored(long start, long end) {
    change(State.STORED, start, end, Outcome.DONE);
  }

  private void deleted(long start, long end) {
    change(State.ABSENT, start, end, Outcome.DONE);
  }

  private void assertState(State state, long from, long to) {
    assertThat(file.state(from, to)).isEqualTo(Optional.of(state));
  }

  private void assertUncertain(long from, long to) {
    assertThat(file.state(from, to)).isEmpty();
  }

  @Test
  void aFileThatNobodyStoredIsAbsent() {
    assertState(State.ABSENT, 0, 10);
  }

  @Test
  void anAcknowledgedFileIsThere() {
    stored(10, 20);
    assertUncertain(15, 16);
    assertState(State.STORED, 20, 30);
    assertThat(file.contradiction(State.ABSENT, 20, 30).orElseThrow()).contains("is lost");
    assertThat(file.contradiction(State.STORED, 20, 30)).isEmpty();
  }

  @Test
  void aDeletedFileIsGone() {
    stored(10, 20);
    deleted(30, 40);
    assertState(State.ABSENT, 40, 50);
    assertThat(file.contradiction(State.STORED, 40, 50).orElseThrow()).contains("is there");
  }

  @Test
  void anUnansweredFinishBesideOneThatWasAnsweredLeavesEachLaterDeleteUncertain() {
    change(State.STORED, 10, 20, Outcome.OPEN);
    stored(10, 20);
    assertState(State.STORED, 20, 30);
    deleted(30, 40);
    assertUncertain(40, 50);
    deleted(50, 60);
    assertUncertain(60, 70);
    assertThat(file.lastDone()).isTrue();
  }

  @Test
  void aLookThatOverlapsAChangeIsUncertain() {
    stored(10, 20);
    deleted(30, 40);
    assertState(State.STORED, 20, 30);
    assertUncertain(20, 31);
    assertUncertain(39, 50);
  }

  @Test
  void aRefusedChangeIsNone() {
    stored(10, 20);
    change(State.ABSENT, 30, 40, Outcome.REFUSED);
    assertState(State.STORED, 25, 50);
  }

  @Test
  void aChangeUnderWayIsUncertain() {
    stored(10, 20);
    file.begin(State.ABSENT, 30);
    assertUncertain(40, 50);
  }

  @Test
  void anUnknownOutcomeIsUncertainUntilItIsRepeated() {
    change(State.STORED, 10, 20, Outcome.OPEN);
    assertUncertain(30, 40);
    stored(50, 60);
    assertState(State.STORED, 60, 70);
    deleted(80, 90);
    assertState(State.ABSENT, 90, 100);
  }

  @Test
  void anUnknownOutcomeIsNotSettledByTheContrary() {
    change(State.STORED, 10, 20, Outcome.OPEN);
    deleted(30, 40);
    assertUncertain(40, 50);
  }

  @Test
  void anUnknownOutcomeIsNotSettledByARepetitionBesideIt() {
    change(State.ABSENT, 10, 20, Outcome.OPEN);
    deleted(15, 25);
    stored(30, 40);
    assertUncertain(40, 50);
  }

  @Test
  void contraryChangesBesideEachOtherAreUncertain() {
    stored(10, 30);
    deleted(20, 40);
    assertUncertain(50, 60);
    deleted(70, 80);
    assertState(State.ABSENT, 80, 90);
  }

  @Test
  void oneOfManyUploadsIsEnough() {
    Change hanging = file.begin(State.STORED, 5);
    stored(10, 20);
    change(State.STORED, 12, 22, Outcome.OPEN);
    assertState(State.STORED, 30, 40);
    hanging.ended(Outcome.OPEN, 45);
    deleted(50, 60);
    assertUncertain(60, 70);
  }
}
