package io.mas.node.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mas.common.cluster.InProcessDiscovery;
import io.mas.common.cluster.NodeAnnouncement;
import io.mas.common.cluster.NodeIdentity;
import io.mas.common.cluster.NodeState;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class AnnouncerTest {
  private static final Duration NEVER = Duration.ofHours(1);
  private static final NodeIdentity IDENTITY = new NodeIdentity("cluster-a", "node-1", 3, "b");
  private static final Place PLACE =
      new Place(URI.create("http://127.0.0.1:9101"), "p", "host-1", "zone-1");

  private final InProcessDiscovery discovery = new InProcessDiscovery();
  private final List<NodeAnnouncement> heard = new CopyOnWriteArrayList<>();
  private final AtomicBoolean broken = new AtomicBoolean();
  private final AtomicInteger failures = new AtomicInteger();
  private final Volume volume =
      new Volume() {
        @Override
        public State state() {
          if (broken.get()) {
            failures.incrementAndGet();
            throw new IllegalStateException("the disk does not answer");
          }
          return new State(100, 50, NodeState.READ_ONLY);
        }

        @Override
        public long announcedSequence() {
          return 7;
        }

        @Override
        public void giveUp() {
          throw new UnsupportedOperationException();
        }

        @Override
        public Sight look() {
          return Sight.THERE;
        }
      };

  AnnouncerTest() {
    discovery.listen(heard::add);
  }

  private Announcer start(Duration interval) {
    Announcer announcer = new Announcer(IDENTITY, volume, discovery);
    announcer.start(PLACE, interval);
    return announcer;
  }

  @Test
  void announcesAtStartWhenAskedAndWhenItLeaves() {
    try (Announcer _ = start(NEVER)) {
      discovery.ask();
    }
    discovery.ask();
    assertThat(heard)
        .extracting(NodeAnnouncement::state)
        .containsExactly(NodeState.READ_ONLY, NodeState.READ_ONLY, NodeState.LEAVING);
    assertThat(heard).extracting(NodeAnnouncement::sequence).containsExactly(1L, 2L, 3L);
    assertThat(heard.getFirst())
        .isEqualTo(
            new NodeAnnouncement(
                IDENTITY,
                1,
                7,
                PLACE.address(),
                "p",
                "host-1",
                "zone-1",
                100,
                50,
                NodeState.READ_ONLY));
  }

  @Test
  void announcesAtEveryInterval() {
    try (Announcer _ = start(Duration.ofMillis(5))) {
      await().untilAsserted(() -> assertThat(heard).hasSizeGreaterThan(5));
    }
  }

  @Test
  void goesOnWhenAnAnnouncementFails() {
    try (Announcer _ = start(Duration.ofMillis(5))) {
      broken.set(true);
      await().until(() -> failures.get() > 0);
      int before = heard.size();
      broken.set(false);
      await().untilAsserted(() -> assertThat(heard).hasSizeGreaterThan(before + 1));
    }
  }

  @Test
  void leavesOnce() {
    Announcer announcer = start(NEVER);
    announcer.close();
    announcer.close();
    assertThat(heard).hasSize(2);
  }

  @Test
  void saysNothingBeforeItKnowsItsAddress() {
    try (Announcer announcer = new Announcer(IDENTITY, volume, discovery)) {
      assertThat(announcer.current()).isEmpty();
    }
    assertThat(heard).isEmpty();
  }
}
