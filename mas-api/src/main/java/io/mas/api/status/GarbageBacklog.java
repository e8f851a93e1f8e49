package io.mas.api.status;

import io.mas.api.metadata.GarbageDocument;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.SweepDocument;

/**
 * What the collection has before it, in notes: one for each deleted file, aborted upload, and so
 * on.
 *
 * @param due notes whose time has come
 * @param waiting notes whose grace has not passed
 * @param oldestDue since when the oldest is due, Unix milliseconds; 0 if none is
 * @param collecting whether anything is collected
 */
public record GarbageBacklog(Count due, Count waiting, long oldestDue, Collecting collecting) {
  /** The most notes counted of each kind. */
  static final int MOST = 1000;

  static GarbageBacklog of(MetadataStore metadata, long now) {
    int due = metadata.countGarbage(now, MOST + 1);
    int all = metadata.countGarbage(Long.MAX_VALUE, due + MOST + 1);
    long oldest =
        metadata.dueGarbage(now, 1).stream().mapToLong(GarbageDocument::due).findFirst().orElse(0);
    return new GarbageBacklog(
        Count.of(due, MOST),
        waiting(due, all),
        oldest,
        Collecting.of(metadata.sweep().orElse(SweepDocument.NONE)));
  }

  /** Behind a bound nobody knows which is which. */
  private static Count waiting(int due, int all) {
    return due > MOST ? new Count(0, true) : Count.of(Math.max(0, all - due), MOST);
  }
}
