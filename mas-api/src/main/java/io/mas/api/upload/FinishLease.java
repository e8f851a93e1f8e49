package io.mas.api.upload;

import io.mas.api.metadata.Concern;
import io.mas.api.metadata.MetadataStore;
import io.mas.api.metadata.UploadDocument;
import io.mas.api.metadata.UploadId;
import io.mas.api.metadata.WriteOutcome;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/**
 * The lease of a finish on its upload: {@code FINISHING}, with an owner and an end that is moved on
 * while the work goes on. Thread-safe; what is held is used by one thread.
 */
final class FinishLease {
  /** Rounds against others who change the same document. */
  private static final int MAX_ROUNDS = 20;

  /** How often the lease of another is looked at. */
  private static final long POLL_NANOS = 100_000_000;

  private final MetadataStore metadata;
  private final UploadProperties properties;
  private final InstantSource clock;

  FinishLease(MetadataStore metadata, UploadProperties properties, InstantSource clock) {
    this.metadata = metadata;
    this.properties = properties;
    this.clock = clock;
  }

  /**
   * Takes the lease, when nobody else holds it or it has run out.
   *
   * @return empty if the upload has ended meanwhile
   * @throws MasException METADATA_NOT_SAVED if another gateway holds it and neither ends nor renews
   */
  Optional<Held> take(UploadDocument known) {
    String owner = UUID.randomUUID().toString();
    long patience = patience();
    UploadDocument upload = known;
    while (clock.millis() < patience) {
      if (!upload.underWay()) {
        return Optional.empty();
      }
      if (ownedBy(owner, upload)) {
        return Optional.of(new Held(owner, upload)); // its answer was lost
      }
      if (upload.held(clock.millis(), properties.lease())) {
        LockSupport.parkNanos(POLL_NANOS);
      } else {
        UploadDocument next =
            upload.finishing(
                new UploadDocument.Lease(owner, clock.millis() + properties.lease().toMillis()));
        if (metadata.compareAndSetUpload(next) == WriteOutcome.APPLIED) {
          return Optional.of(new Held(owner, next));
        }
      }
      Optional<UploadDocument> now = current(upload.id());
      if (now.isEmpty()) {
        return Optional.empty();
      }
      if (!Objects.equals(now.get().lease(), upload.lease())) {
        patience = patience(); // the other goes on with its work
      }
      upload = now.get();
    }
    throw new MasException(
        ErrorCode.METADATA_NOT_SAVED,
        "the upload of %s is being finished by another gateway, ask again"
            .formatted(known.id().hash()));
  }

  private long patience() {
    return clock.millis() + properties.lease().toMillis() * 2;
  }

  private static boolean ownedBy(String owner, UploadDocument upload) {
    UploadDocument.Lease lease = upload.lease();
    return lease != null && lease.owner().equals(owner);
  }

  private Optional<UploadDocument> current(UploadId id) {
    return metadata.upload(id, Concern.LINEARIZABLE);
  }

  /** A lease that was taken. */
  final class Held {
    private final String owner;
    private UploadDocument upload;

    private Held(String owner, UploadDocument upload) {
      this.owner = owner;
      this.upload = upload;
    }

    UploadDocument upload() {
      return upload;
    }

    /** Moves the end on when a third of the lease has passed; losing it is no harm. */
    void renew() {
      UploadDocument.Lease lease = upload.lease();
      long term = properties.lease().toMillis();
      if (lease != null && lease.until() - clock.millis() < term * 2 / 3) {
        UploadDocument next =
            upload.finishing(new UploadDocument.Lease(owner, clock.millis() + term));
        if (metadata.compareAndSetUpload(next) == WriteOutcome.APPLIED) {
          upload = next;
        }
      }
    }

    /** Ends the upload in {@code state}, if the lease is still the own one. */
    void end(UploadDocument.State state) {
      long keptUntil = clock.millis() + properties.keepAfter().toMillis();
      write(now -> now.to(state, keptUntil));
    }

    /** Opens the upload again; if the content was another one, any chunk may be replaced. */
    void reopen(boolean replaceable) {
      write(now -> replaceable ? now.reopened() : now.to(UploadDocument.State.OPEN));
    }

    private void write(UnaryOperator<UploadDocument> change) {
      Optional<UploadDocument> now = Optional.of(upload);
      for (int round = 0; round < MAX_ROUNDS && now.isPresent(); round++) {
        if (metadata.compareAndSetUpload(change.apply(now.get())) == WriteOutcome.APPLIED) {
          return;
        }
        now = current(upload.id()).filter(other -> ownedBy(owner, other));
      }
    }
  }
}
