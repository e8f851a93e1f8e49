package io.mas.bench.load;

import io.mas.bench.load.MasClient.Refused;
import io.mas.bench.load.MasClient.Timing;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One client: takes a file, transfers it, notes how long it took, until it is told to stop. */
final class LoadClient implements Runnable {
  /** After a failure, so that a store in trouble is not stormed: 100 ms. */
  private static final long PAUSE = 100_000_000;

  private final Target target;
  private final Workload workload;
  private final Phase phase;
  private final SplittableRandom random;
  private final Map<Metric, Samples> samples = new EnumMap<>(Metric.class);
  private volatile @Nullable MasClient client;
  private long turns;

  /** What is timed. */
  enum Metric {
    TOKEN,
    UPLOAD_FIRST_BYTE,
    UPLOAD_LAST_BYTE,
    DOWNLOAD_FIRST_BYTE,
    DOWNLOAD_LAST_BYTE
  }

  /**
   * What the clients share.
   *
   * @param uploads files to be sent, each once
   * @param stored files to be asked for
   * @param acknowledged gets what was stored, to be read back
   */
  record Phase(
      Schedule schedule,
      Supply uploads,
      List<FileToSend> stored,
      ConcurrentLinkedQueue<FileToSend> acknowledged,
      Progress progress) {}

  LoadClient(Target target, Workload workload, Phase phase, long seed) {
    this.target = target;
    this.workload = workload;
    this.phase = phase;
    this.random = new SplittableRandom(seed);
    for (Metric metric : Metric.values()) {
      samples.put(metric, new Samples());
    }
  }

  @Override
  public void run() {
    while (!phase.progress.stopped()) {
      long start = phase.schedule.await();
      try {
        if (!phase.progress.stopped()) {
          transfer(start);
        }
      } catch (IOException | Refused e) {
        failed(e);
      } catch (RuntimeException e) {
        phase.progress.abort(e);
      }
    }
    disconnect();
  }

  private void transfer(long start) throws IOException, Refused {
    boolean upload =
        workload.mode().uploads() && !(workload.mode().downloads() && turns++ % 2 == 1);
    FileToSend file = upload ? phase.uploads.next() : anyStored();
    if (file == null) {
      phase.progress.exhausted();
      return;
    }
    Timing timing = upload ? upload(file) : client().download(file);
    phase.progress.totals().files.increment();
    if (phase.progress.measuring()) {
      note(upload, phase.schedule.open() ? start : timing.begun(), timing);
    }
  }

  private FileToSend anyStored() {
    return phase.stored.get(random.nextInt(phase.stored.size()));
  }

  private Timing upload(FileToSend file) throws IOException, Refused {
    Timing timing =
        workload.mode() == Workload.Mode.CHUNKED
            ? client().chunked(file, workload.chunkSize())
            : client().single(file);
    phase.acknowledged.add(file);
    return timing;
  }

  private void note(boolean upload, long from, Timing timing) {
    add(Metric.TOKEN, timing.begun() - timing.token());
    add(upload ? Metric.UPLOAD_FIRST_BYTE : Metric.DOWNLOAD_FIRST_BYTE, timing.firstByte() - from);
    add(upload ? Metric.UPLOAD_LAST_BYTE : Metric.DOWNLOAD_LAST_BYTE, timing.lastByte() - from);
  }

  private void add(Metric metric, long nanos) {
    samples(metric).add(nanos);
  }

  /** To be read when the thread has ended. */
  Samples samples(Metric metric) {
    Samples found = samples.get(metric);
    if (found == null) {
      throw new IllegalStateException("every metric has samples");
    }
    return found;
  }

  private MasClient client() throws IOException {
    MasClient now = client;
    if (now == null) {
      now = new MasClient(target, phase.progress.totals());
      client = now;
    }
    return now;
  }

  /** A connection whose answer was not read to its end cannot be used again. */
  private void failed(Exception e) {
    disconnect();
    if (!phase.progress.stopped()) {
      phase.progress.totals().failed(e);
      LockSupport.parkNanos(PAUSE);
    }
  }

  /** Ends what is under way; by any thread. */
  void disconnect() {
    MasClient now = client;
    if (now != null) {
      now.close();
      client = null;
    }
  }
}
