package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.standalone.MasClient.Answer;
import io.mas.standalone.SharedCluster.Running;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A cluster of processes does what the one-process form does, through each of its gateways. */
@ExtendWith(SharedCluster.class)
class DevClusterTest {
  private static final long CHUNK = 1 << 20;

  @Test
  void whatOneGatewayStoresTheOtherServes(Running running) {
    Content file = Content.random("through-both", 5 << 20, 71);
    assertThat(running.through(1).single(file).ok()).isTrue();
    assertThat(running.through(2).download(file.hash()).is(file)).isTrue();
    assertThat(running.through(2).delete(file.hash()).ok()).isTrue();
    assertThat(running.through(1).download(file.hash()).code()).isEqualTo(5407);
  }

  @Test
  void anUploadGoesOnThroughTheOtherGateway(Running running) {
    Content file = Content.random("resumed", 3 * CHUNK, 72);
    String token = running.through(1).uploadToken(file.hash());
    assertThat(running.through(1).init(token, file.name()).ok()).isTrue();
    assertThat(chunk(running.through(1), token, file, 1).ok()).isTrue();
    Answer resumed = running.through(2).init(token, file.name());
    assertThat(resumed.data().path("chunks").asString()).isEqualTo("1");
    assertThat(chunk(running.through(2), token, file, 2).ok()).isTrue();
    assertThat(chunk(running.through(1), token, file, 3).ok()).isTrue();
    Answer finished = running.through(2).finish(token);
    assertThat(finished.persistent()).as("%s", finished).isTrue();
    assertThat(running.through(1).download(file.hash()).is(file)).isTrue();
  }

  private static Answer chunk(MasClient client, String token, Content file, int number) {
    return client.chunk(token, number, ChunkedUpload.chunk(file, CHUNK, number));
  }

  @Test
  void aKilledGatewayLeavesTheOther(Running running) {
    Content file = Content.random("survivor", 2 << 20, 73);
    running.cluster().gateway(1).kill();
    assertThat(running.through(2).single(file).ok()).isTrue();
    running.cluster().gateway(1).start();
    assertThat(running.through(1).download(file.hash()).is(file)).isTrue();
  }
}
