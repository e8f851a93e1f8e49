package io.mas.api.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.api.repair.RepairPlaces.Place;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who gets a place, and what ends a wait for one. */
class RepairPlacesTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private final RepairPlaces places = new RepairPlaces(2);

  @Test
  void whatIsUrgentHasOnePlaceMore() throws Exception {
    assertThat(places.take(false)).isEqualTo(Place.USUAL);
    assertThat(places.take(true)).isEqualTo(Place.USUAL);
    assertThat(places.take(true)).isEqualTo(Place.SPARE);
    places.call();
    assertThat(places.take(true)).isEqualTo(Place.NONE);
    places.leave(Place.SPARE);
    assertThat(places.take(false)).isEqualTo(Place.NONE);
    assertThat(places.take(true)).isEqualTo(Place.SPARE);
  }

  @Test
  void aCallEndsTheWaitForAPlaceAndIsHeardOnce() throws Exception {
    fill();
    CompletableFuture<Place> waiting = taking();
    assertThat(waiting).isNotDone();
    places.call();
    assertThat(waiting.get(1, TimeUnit.MINUTES)).isEqualTo(Place.NONE);
    assertThat(places.heard()).isTrue();
    assertThat(places.heard()).isFalse();
  }

  @Test
  void aPlaceThatIsLeftGoesToWhoWaits() throws Exception {
    fill();
    CompletableFuture<Place> waiting = taking();
    places.leave(Place.USUAL);
    assertThat(waiting.get(1, TimeUnit.MINUTES)).isEqualTo(Place.USUAL);
  }

  @Test
  void aCallThatCameBeforeIsNotWaitedFor() throws Exception {
    places.call();
    places.awaitCall(LONG);
    assertThat(places.heard()).isTrue();
    places.awaitCall(Duration.ofMillis(1));
    assertThat(places.heard()).isFalse();
  }

  private void fill() throws InterruptedException {
    assertThat(places.take(false)).isEqualTo(Place.USUAL);
    assertThat(places.take(false)).isEqualTo(Place.USUAL);
  }

  private CompletableFuture<Place> taking() {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return places.take(false);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        },
        Thread::startVirtualThread);
  }
}
