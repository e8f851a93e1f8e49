package io.mas.standalone.load;

import io.mas.standalone.Content;
import io.mas.standalone.MasClient;
import io.mas.standalone.load.KnownFile.State;
import io.mas.standalone.load.UploadSteps.Ending;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One client: one random step after the other. Used by one thread. */
final class LoadClient {
  /** A shared file that was changed so often makes way for another. */
  private static final int MANY_CHANGES = 100;

  private static final int HUNDRED = 100;

  /** So many files have names that begin alike, and are listed together. */
  private static final int GROUP = 20;

  /** Enough that no two files are the same by chance. */
  private static final int LEAST_BYTES = 20;

  /** Most files are small. */
  private static final int[] MOST_BYTES = {
    200, 2_000, 64 << 10, 64 << 10, 200_000, 500_000, 1 << 20, 3_500_000
  };

  private static final List<Ending> ENDINGS = List.of(Ending.values());

  private final String name;
  private final int changePercent;
  private final int keptPercent;
  private final Population population;
  private final int[] slots;
  private final Journal journal;
  private final Random random;
  private final UploadSteps uploads;
  private final ReadSteps reads;
  private final ForbiddenSteps forbidden;
  private int made;

  /**
   * @param settings whose seed makes the names of this load's files other than those of another
   * @param number from 0
   */
  LoadClient(
      MixedLoad.Settings settings,
      int number,
      Population population,
      Journal journal,
      Supplier<List<MasClient>> gateways) {
    this.name = "load %d client %d ".formatted(settings.seed(), number);
    this.changePercent = settings.changePercent();
    this.keptPercent = settings.keptPercent();
    this.population = population;
    this.slots = population.slotsOf(number);
    this.journal = journal;
    this.random = new Random(settings.seed() * 31 + number);
    Requests requests = new Requests(gateways, journal, random);
    this.uploads = new UploadSteps(requests, journal, random);
    this.reads = new ReadSteps(requests, journal, random);
    this.forbidden = new ForbiddenSteps(requests, journal, random);
  }

  /** Works until it is told to stop, with pauses of so long on average. */
  void run(Duration pause, BooleanSupplier stopped) {
    while (!stopped.getAsBoolean()) {
      step(random.nextInt(HUNDRED));
      if (!pause.isZero()) {
        LockSupport.parkNanos(random.nextLong(2 * pause.toNanos()));
      }
    }
  }

  private void step(int dice) {
    int slot = slots[random.nextInt(slots.length)];
    Optional<KnownFile> own = population.at(slot);
    if (dice < changePercent) {
      change(slot, own);
    } else if (dice < changePercent + 10) {
      changeShared(population.anyShared(random));
    } else if (dice < 85) {
      population.any(random).ifPresent(file -> read(random.nextInt(45), file));
    } else if (dice < 90) {
      list(own.map(LoadClient::group).orElse(name));
    } else {
      forbid(dice);
    }
  }

  /** Those that have a common beginning of their names: of all that stay there are thousands. */
  private void list(String group) {
    reads.list(
        group,
        Arrays.stream(slots)
            .boxed()
            .flatMap(slot -> population.at(slot).stream())
            .filter(file -> file.content().name().startsWith(group))
            .toList());
  }

  private String group(int number) {
    return "%s%d·".formatted(name, number / GROUP);
  }

  private static String group(KnownFile own) {
    String name = own.content().name();
    return name.substring(0, name.indexOf('·') + 1);
  }

  private void read(int dice, KnownFile file) {
    if (dice < 20) {
      reads.whole(file);
    } else if (dice < 26) {
      reads.range(file);
    } else if (dice < 31) {
      reads.ranges(file);
    } else if (dice < 35) {
      reads.seek(file);
    } else if (dice < 39) {
      reads.ifNoneMatch(file);
    } else {
      reads.info(file);
    }
  }

  private void forbid(int dice) {
    switch (dice % 5) {
      case 0 -> forbidden.useRevokedToken();
      case 1 -> forbidden.useTokensOfRevokedHash();
      case 2 -> forbidden.useWrongToken();
      case 3 -> forbidden.uploadOtherBytes();
      default -> forbidden.useOldToken();
    }
  }

  /** What comes next in the life of an own file. */
  private void change(int slot, Optional<KnownFile> there) {
    if (there.isEmpty()) {
      store(place(slot, null), false);
      return;
    }
    KnownFile file = there.get();
    long now = journal.now();
    Optional<State> state = file.state(now, now);
    if (uploads.unfinished(file) && state.equals(Optional.of(State.ABSENT))) {
      goOn(file);
    } else if (state.isEmpty() && file.lastDone()) {
      // An earlier upload that was not answered may come into force at any time, whatever is done.
      store(place(slot, file), false);
    } else if (state.orElse(file.lastWish()) == State.ABSENT) {
      if (state.isEmpty()) {
        uploads.delete(file); // until it is known to be done
      } else if (random.nextBoolean()) {
        store(file, false);
      } else {
        store(place(slot, file), false);
      }
    } else if (state.isEmpty()) {
      store(file, false);
    } else if (random.nextInt(HUNDRED) < keptPercent) {
      store(place(slot, file), false);
    } else {
      uploads.delete(file);
    }
  }

  /** An upload that was left unfinished. */
  private void goOn(KnownFile file) {
    if (random.nextInt(4) == 0) {
      uploads.abort(file);
    } else {
      uploads.chunked(file, false, ending());
    }
  }

  private void changeShared(int slot) {
    KnownFile file = population.at(slot).orElse(null);
    if (file == null || (file.changes() > MANY_CHANGES && file.content().length() > 0)) {
      KnownFile fresh = new KnownFile(content("shared " + name));
      if (population.replace(slot, file, fresh)) {
        file = fresh;
      } else {
        return;
      }
    }
    if (random.nextInt(4) == 0) {
      uploads.delete(file);
    } else {
      store(file, true);
    }
  }

  /** Puts a new file in a slot of the own ones. */
  private KnownFile place(int slot, @Nullable KnownFile former) {
    KnownFile fresh = new KnownFile(content(group(made + 1)));
    if (!population.replace(slot, former, fresh)) {
      throw new IllegalStateException("slot %d is used by others".formatted(slot));
    }
    return fresh;
  }

  /** Full copies, one block, several blocks; with and without gain from compression. */
  private Content content(String prefix) {
    String title = "%s文件 %d".formatted(prefix, ++made);
    int most = MOST_BYTES[random.nextInt(MOST_BYTES.length)];
    int length = LEAST_BYTES + random.nextInt(most);
    long seed = random.nextLong();
    return random.nextInt(3) == 0
        ? Content.compressible(title, length, seed)
        : Content.random(title, length, seed);
  }

  private void store(KnownFile file, boolean shared) {
    boolean inChunks = UploadSteps.chunks(file.content()) > 1 && random.nextInt(5) < 2;
    if (inChunks) {
      uploads.chunked(file, shared, shared ? Ending.ONCE : ending());
    } else {
      uploads.single(file, shared);
    }
  }

  private Ending ending() {
    return ENDINGS.get(random.nextInt(ENDINGS.size()));
  }
}
