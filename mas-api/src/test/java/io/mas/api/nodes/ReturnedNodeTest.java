package io.mas.api.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.metadata.NodeDocument;
import io.mas.api.metadata.NodeDocument.Cause;
import io.mas.api.metadata.NodeDocument.Progress;
import io.mas.api.metadata.WriteOutcome;
import io.mas.api.nodes.VerdictWorld.Watcher;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.object.Layout;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lost node that returns, and a volume that was emptied, second by second. */
class ReturnedNodeTest {
  private final VerdictWorld world;

  ReturnedNodeTest(@TempDir Path directory) {
    world = new VerdictWorld(directory.resolve("metadata"));
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void aLostNodeThatAnswersAgainIsNotLost() throws Exception {
    Watcher gateway = world.gateway("gateway");
    Watcher worker = world.worker("worker");
    world.seconds(90);
    world.stop(1);
    world.minutes(6);
    assertThat(world.lost(1)).isTrue();
    gateway.view.reload();
    assertThat(gateway.view.standings().getFirst().lost()).isTrue();
    assertThat(gateway.view.readLast("node-1")).isTrue();
    world.start(1);
    world.seconds(5);
    assertThat(world.lost()).isZero();
    assertThat(worker.view.writable()).hasSize(6);
    world.seconds(30);
    assertThat(gateway.view.writable()).hasSize(6);
    assertThat(world.saved(1).suspicions()).isEmpty();
  }

  @Test
  void aLostNodeThatBeginsANewLifeIsNotLost() throws Exception {
    world.gateway("gateway");
    world.worker("worker");
    world.seconds(90);
    world.stop(1);
    world.minutes(6);
    world.nodes.set(0, world.news("node-1", "process-1", 2));
    world.start(1);
    world.seconds(5);
    assertThat(world.lost()).isZero();
  }

  @Test
  void anAnnouncementAloneDoesNotBringALostNodeBack() throws Exception {
    Watcher gateway = world.gateway("gateway");
    world.worker("worker");
    world.seconds(90);
    world.stop(1);
    world.minutes(6);
    gateway.view.accept(world.node(1));
    world.seconds(5);
    assertThat(world.lost(1)).isTrue();
  }

  @Test
  void aRestoredNodeIsForgottenUntilItAnswers() throws Exception {
    Watcher worker = world.worker("worker");
    world.seconds(90);
    world.stop(1);
    world.minutes(6);
    NodeDocument lost = world.saved(1);
    Layout layout = Layout.of(2, 2, 1 << 20);
    assertThat(worker.view.mayFail(layout)).isEqualTo(1);
    assertThat(
            world.store.compareAndSetNode(
                lost.lost(VerdictWorld.verdict(lost).at(Progress.RESTORED))))
        .isEqualTo(WriteOutcome.APPLIED);
    worker.view.reload();
    assertThat(worker.view.mayFail(layout)).as("of the other five").isEqualTo(2);
    world.start(1);
    world.seconds(40);
    assertThat(world.lost()).isZero();
  }

  private void replace(int number) throws InterruptedException {
    world.stop(number);
    NodeAnnouncement old = world.node(number);
    world.nodes.set(number - 1, world.news("new-" + number, old.process(), 1));
    world.start(number);
  }

  @Test
  void aNodeWhoseVolumeWasEmptiedIsLostAtOnce() throws Exception {
    world.gateway("gateway");
    Watcher worker = world.worker("worker");
    world.seconds(90);
    replace(1);
    world.seconds(4);
    NodeDocument former = world.store.node("node-1").orElseThrow();
    assertThat(VerdictWorld.verdict(former).cause()).isEqualTo(Cause.REPLACED);
    assertThat(world.lost()).isEqualTo(1);
    assertThat(worker.view.writable()).extracting(Member::id).contains("new-1").hasSize(6);
  }

  private void starting(int number, boolean yes) {
    URI address = world.node(number).address();
    world.watchers.forEach(
        watcher -> {
          if (yes) {
            watcher.links.starting.add(address);
          } else {
            watcher.links.starting.remove(address);
          }
        });
  }

  /** A new volume, in the place of node 1 and at its address. */
  private void replaceInPlace() throws InterruptedException {
    NodeAnnouncement old = world.node(1);
    world.stop(1);
    world.seconds(4);
    world.nodes.set(0, at(world.news("new-1", old.process(), 1), old.address()));
  }

  /** The new volume's node is started again, and says at the address of both that it starts. */
  @Test
  void aNodeWhoseVolumeWasEmptiedDoesNotAnswerWhenTheNewOneStarts() throws Exception {
    world.gateway("gateway");
    world.worker("worker");
    world.seconds(90);
    replaceInPlace();
    starting(1, true);
    world.watchers.forEach(watcher -> watcher.view.accept(world.node(1)));
    world.seconds(10);
    assertThat(world.saved(1).replaces()).containsExactly("node-1");
    NodeDocument lost = world.store.node("node-1").orElseThrow();
    assertThat(VerdictWorld.verdict(lost).cause()).isEqualTo(Cause.REPLACED);
    starting(1, false);
    world.start(1);
    world.seconds(4);
    starting(1, true);
    world.seconds(10);
    NodeDocument still = world.store.node("node-1").orElseThrow();
    assertThat(still.lost()).as("not lost anew").isEqualTo(lost.lost());
    starting(1, false);
    world.seconds(4);
    assertThat(world.lost()).isEqualTo(1);
  }

  /** It has another key, or speaks another protocol: the new volume's node tells it nothing. */
  @Test
  void oneProcessThatIsRefusedDoesNotHoldTheVerdictOnAnEmptiedVolume() throws Exception {
    Watcher gateway = world.gateway("gateway");
    world.worker("worker");
    world.seconds(90);
    gateway.links.starting.add(world.node(1).address());
    replaceInPlace();
    world.start(1);
    world.seconds(35);
    NodeDocument lost = world.store.node("node-1").orElseThrow();
    assertThat(VerdictWorld.verdict(lost).cause()).isEqualTo(Cause.REPLACED);
  }

  /** Two nodes under one name, each at its own address. */
  @Test
  void aNamesakeThatStartsIsNotReplaced() throws Exception {
    world.gateway("gateway");
    world.worker("worker");
    world.seconds(90);
    starting(1, true);
    world.nodes.add(world.news("twin", "process-1", 1));
    world.start(7);
    world.minutes(1);
    assertThat(world.lost()).isZero();
    assertThat(world.saved(7).replaces()).as("nor known to live").containsExactly("node-1");
    starting(1, false);
    world.seconds(10);
    assertThat(world.saved(7).replaces()).isEmpty();
  }

  private static NodeAnnouncement at(NodeAnnouncement news, URI address) {
    return new NodeAnnouncement(
        news.identity(),
        news.sequence(),
        news.logSequence(),
        address,
        news.process(),
        news.host(),
        news.zone(),
        news.capacityBytes(),
        news.freeBytes(),
        news.state());
  }

  @Test
  void aLostNodeThatStartsIsBackWhenItHasStarted() throws Exception {
    world.gateway("gateway");
    world.worker("worker");
    world.seconds(90);
    world.stop(1);
    world.minutes(6);
    starting(1, true);
    world.seconds(10);
    assertThat(world.lost(1)).isTrue();
    assertThat(world.saved(1).suspicions()).as("it is there, whoever it is").isEmpty();
    starting(1, false);
    world.start(1);
    world.seconds(5);
    assertThat(world.lost()).isZero();
  }

  /** The whole store was stopped, a folder emptied, and all started again. */
  @Test
  void aVolumeThatWasEmptiedWhileAllWasAwayIsLostAtOnceWhenAllIsBack() throws Exception {
    Watcher before = world.worker("before");
    world.seconds(90);
    before.heartbeat.close();
    world.kill(before);
    Watcher worker = world.worker("worker");
    replace(1);
    world.seconds(5);
    assertThat(world.lost()).isEqualTo(1);
    assertThat(worker.view.writable()).hasSize(6);
  }

  @Test
  void twoNodesUnderOneNameAreBothKept() throws Exception {
    world.gateway("gateway");
    world.worker("worker");
    world.seconds(90);
    world.nodes.add(world.news("twin", "process-1", 1));
    world.start(7);
    world.seconds(10);
    assertThat(world.saved(7).replaces()).as("the other has answered").isEmpty();
    world.stop(1);
    world.seconds(30);
    assertThat(world.lost()).isZero();
  }

  /** Volumes 1 and 2 are swapped: each is known by its identity, and neither is new. */
  @Test
  void swappedVolumesAreTheSameNodesElsewhere() throws Exception {
    world.gateway("gateway");
    world.worker("worker");
    world.seconds(90);
    world.stop(1);
    world.stop(2);
    world.nodes.set(0, world.news("node-1", "process-2", 2));
    world.start(1);
    world.seconds(30);
    assertThat(world.lost()).as("node 2 is still away, and node 1 has its name").isZero();
    world.nodes.set(1, world.news("node-2", "process-1", 2));
    world.start(2);
    world.seconds(30);
    assertThat(world.lost()).isZero();
    assertThat(world.store.nodes()).allMatch(node -> node.suspicions().isEmpty());
  }

  /** The node is there, but as it was yesterday: what it was given since is gone. */
  @Test
  void anOldBackupInTheNodesPlaceDoesNotKeepItAlive() throws Exception {
    Watcher worker = world.worker("worker");
    world.nodes.set(0, world.news("node-1", "process-1", 5));
    world.start(1);
    world.seconds(90);
    assertThat(world.saved(1).announcement().identity().counter()).isEqualTo(5);
    world.nodes.set(0, world.news("node-1", "process-1", 4));
    world.start(1);
    world.minutes(6);
    assertThat(world.lost(1)).isTrue();
    assertThat(worker.view.writable()).hasSize(5);
  }
}
