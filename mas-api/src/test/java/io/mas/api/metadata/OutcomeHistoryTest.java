package io.mas.api.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.common.object.ObjectHash;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The judge of the fault tests sees each kind of lie. */
class OutcomeHistoryTest {
  private final RandomDocuments random = new RandomDocuments();
  private final ObjectHash hash = random.hash();
  private final FileDocument first = random.file(hash, 1, 1);
  private final FileDocument rival = random.file(hash, 1, 1);
  private final FileDocument second = random.file(hash, 2, 1);
  private final OutcomeHistory history = new OutcomeHistory();

  private List<String> judge(FileDocument stored) {
    return history.contradictions(hash -> Optional.of(stored));
  }

  @Test
  void aTrueHistoryHasNoContradiction() {
    history.told(first, WriteOutcome.UNKNOWN);
    history.told(rival, WriteOutcome.REFUSED);
    history.told(second, WriteOutcome.APPLIED);
    assertThat(judge(second)).isEmpty();
  }

  @Test
  void aWriteOfUnknownOutcomeMayBeThereOrNot() {
    history.told(first, WriteOutcome.UNKNOWN);
    assertThat(judge(first)).isEmpty();
    assertThat(history.contradictions(hash -> Optional.empty())).isEmpty();
  }

  @Test
  void aRefusedWriteThatIsThereIsSeen() {
    history.told(first, WriteOutcome.REFUSED);
    assertThat(judge(first)).hasSize(2).last().asString().endsWith("is in force, refused");
  }

  @Test
  void aRefusedWriteThatAnotherFollowedIsSeen() {
    history.told(first, WriteOutcome.REFUSED);
    history.told(second, WriteOutcome.APPLIED);
    assertThat(judge(second)).singleElement().asString().endsWith("was there, and refused to all");
  }

  @Test
  void twoWinnersAreSeen() {
    history.told(first, WriteOutcome.APPLIED);
    history.told(rival, WriteOutcome.APPLIED);
    assertThat(judge(first)).hasSize(2).first().asString().endsWith("was applied 2 times");
  }

  @Test
  void anAcknowledgedWriteThatIsLostIsSeen() {
    history.told(first, WriteOutcome.APPLIED);
    history.told(second, WriteOutcome.APPLIED);
    assertThat(judge(first)).singleElement().asString().contains("was applied and is lost");
  }

  @Test
  void anAcknowledgedWriteInWhosePlaceAnotherIsIsSeen() {
    history.told(first, WriteOutcome.APPLIED);
    history.told(rival, WriteOutcome.UNKNOWN);
    assertThat(judge(rival)).singleElement().asString().endsWith("is another's");
  }
}
