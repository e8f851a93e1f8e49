package io.mas.api.metadata;

import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Sorts;
import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import io.mas.common.object.ObjectHash;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * One page of the listing of files. Where they are is looked up in {@link MongoIndex#FILES_BY_TIME}
 * alone, which has all that this needs; then the documents are read, some at a time.
 */
final class MongoListing {
  /** The most index entries that one page looks at: about 0.1 s. */
  private static final int MAX_SCANNED = 100_000;

  /** The most rows of parts in one page: about 3 MB of heap. */
  private static final int MAX_PARTS_OF_PAGE = 50_000;

  /** Documents read at once: at most 24 MB. */
  private static final int DOCUMENTS = 100;

  /** What a regular expression does not take literally. */
  private static final String META = "[\\\\^$.|?*+()\\[\\]{}]";

  private static final Bson ORDER = Sorts.orderBy(Sorts.descending("time"), Sorts.ascending("_id"));

  private final MongoDocuments documents;
  private final String namePrefix;
  private final @Nullable Place after;
  private final int limit;
  private final List<FileDocument> files = new ArrayList<>();
  private int parts;

  /**
   * @throws MasException PARAMETER_MALFORMED if the cursor is none
   */
  MongoListing(MongoDocuments documents, String namePrefix, String cursor, int limit) {
    this.documents = documents;
    this.namePrefix = namePrefix;
    this.after = cursor.isEmpty() ? null : Place.of(cursor);
    this.limit = limit;
  }

  /** Where a file is in the listing. */
  private record Place(long time, ObjectHash hash) {
    private static final int LENGTH = Long.BYTES + 32;

    static Place of(Document entry) {
      return new Place(entry.get("time", 0L), ObjectHash.of(entry.get("_id", byte[].class)));
    }

    static Place of(String cursor) {
      try {
        byte[] bytes = Base64.getUrlDecoder().decode(cursor);
        if (bytes.length != LENGTH) {
          throw new IllegalArgumentException(
              "cursor of %d bytes, expected %d".formatted(bytes.length, LENGTH));
        }
        byte[] hash = Arrays.copyOfRange(bytes, Long.BYTES, LENGTH);
        return new Place(ByteBuffer.wrap(bytes).getLong(), ObjectHash.of(hash));
      } catch (IllegalArgumentException e) {
        throw new MasException(
            ErrorCode.PARAMETER_MALFORMED, "cursor is not one of a page before", e);
      }
    }

    String cursor() {
      ByteBuffer out = ByteBuffer.allocate(LENGTH).putLong(time).put(hash.bytes());
      return Base64.getUrlEncoder().withoutPadding().encodeToString(out.array());
    }
  }

  /** Reads the page; once. */
  MetadataStore.FilePage page() {
    List<Place> found = find(limit + 1);
    List<Place> wanted = found.subList(0, Math.min(limit, found.size()));
    int read = 0;
    while (read < wanted.size()) {
      if (parts >= MAX_PARTS_OF_PAGE) {
        return end(wanted.get(read - 1));
      }
      read += read(wanted.subList(read, Math.min(read + DOCUMENTS, wanted.size())));
    }
    return end(found.size() > limit ? wanted.getLast() : lastScanned());
  }

  private MetadataStore.FilePage end(@Nullable Place last) {
    return new MetadataStore.FilePage(files, last == null ? "" : last.cursor());
  }

  /** The next places whose name begins so, among so many that are looked at. */
  private List<Place> find(int most) {
    List<Bson> pipeline = new ArrayList<>(remaining());
    if (!namePrefix.isEmpty()) {
      pipeline.add(Aggregates.limit(MAX_SCANNED));
      pipeline.add(Aggregates.project(Projections.include("time", "name")));
      String literally = namePrefix.replaceAll(META, "\\\\$0");
      pipeline.add(Aggregates.match(Filters.regex("name", "^" + literally)));
    }
    pipeline.add(Aggregates.limit(most));
    pipeline.add(Aggregates.project(Projections.include("time")));
    return places(pipeline);
  }

  /** The last place looked at, if there are more behind it; null if all were. */
  private @Nullable Place lastScanned() {
    if (namePrefix.isEmpty()) {
      return null;
    }
    List<Bson> pipeline = new ArrayList<>(remaining());
    pipeline.add(Aggregates.skip(MAX_SCANNED - 1));
    pipeline.add(Aggregates.limit(1));
    pipeline.add(Aggregates.project(Projections.include("time")));
    return places(pipeline).stream().findFirst().orElse(null);
  }

  private List<Place> places(List<Bson> pipeline) {
    return documents.aggregate(MongoKey.FILES, pipeline).stream().map(Place::of).toList();
  }

  /** Live files behind the cursor, in order. */
  private List<Bson> remaining() {
    Bson live = Filters.eq("state", "live");
    Bson behind =
        after == null
            ? live
            : Filters.and(
                live,
                Filters.lte("time", after.time),
                Filters.or(
                    Filters.lt("time", after.time),
                    Filters.gt("_id", MongoKey.file(after.hash).id())));
    return List.of(Aggregates.match(behind), Aggregates.sort(ORDER));
  }

  /**
   * Reads the documents of some places, until the page has enough parts.
   *
   * @return of how many places
   */
  private int read(List<Place> some) {
    Map<Place, Document> there =
        documents
            .find(
                MongoKey.FILES,
                Concern.MAJORITY,
                all ->
                    all.find(
                        Filters.in(
                            "_id",
                            some.stream().map(place -> MongoKey.file(place.hash).id()).toList())))
            .stream()
            .collect(Collectors.toMap(Place::of, Function.identity()));
    int read = 0;
    while (read < some.size() && parts < MAX_PARTS_OF_PAGE) {
      Place place = some.get(read++);
      Document document = there.get(place);
      if (document != null) {
        add(DocumentFormat.file(MongoKey.file(place.hash), document));
      }
    }
    return read;
  }

  /** A file may have changed since it was found; one of another time is listed elsewhere. */
  private void add(FileDocument file) {
    if (file.live() && file.name().startsWith(namePrefix)) {
      files.add(file);
      parts += file.parts().size();
    }
  }
}
