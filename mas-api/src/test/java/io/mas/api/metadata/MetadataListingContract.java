package io.mas.api.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is found by a secondary index: files by time, uploads by expiry, garbage by due time. */
abstract class MetadataListingContract extends MetadataContract {
  private static final Comparator<FileDocument> NEWEST_FIRST =
      Comparator.comparingLong(FileDocument::time).reversed().thenComparing(FileDocument::hash);

  // Files

  @Test
  void nothingIsListedWhereNothingIs() {
    assertThat(store.files("", "", 1000)).isEqualTo(new MetadataStore.FilePage(List.of(), ""));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 1000})
  void pagesCoverAllFilesNewestFirstThenByHash(int limit) {
    List<FileDocument> files =
        save(LongStream.range(0, 25).mapToObj(i -> random.file("n" + i, i / 4)).toList());
    assertThat(listAll("", limit)).isEqualTo(sorted(files));
  }

  @Test
  void aPageHasNoMoreThanItsLimit() {
    save(RandomDocuments.many(5, () -> random.file("n", 1)));
    MetadataStore.FilePage page = store.files("", "", 3);
    assertThat(page.files()).hasSize(3);
    assertThat(page.cursor()).isNotEmpty();
  }

  @Test
  void timesBeforeTheEpochSortToo() {
    List<FileDocument> files =
        save(
            LongStream.of(Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE)
                .mapToObj(time -> random.file("n", time))
                .toList());
    assertThat(listAll("", 2)).isEqualTo(files.reversed());
  }

  @Test
  void aDeletedFileIsNotListedUntilItIsLiveAgain() {
    FileDocument file = save(random.file("n", 1));
    FileDocument deleted = save(file.deleted());
    assertThat(listAll("", 10)).isEmpty();
    save(deleted.fenced());
    assertThat(listAll("", 10)).isEmpty();
    FileDocument again = save(at(file, 4, "m", 9));
    assertThat(listAll("", 10)).containsExactly(again);
  }

  @Test
  void aFileWithAnotherTimeAndNameIsListedOnceAtItsNewPlace() {
    FileDocument file = save(random.file("old", 1));
    FileDocument other = save(random.file("other", 5));
    FileDocument moved = save(at(file, 2, "new", 9));
    assertThat(listAll("", 1)).containsExactly(moved, other);
    assertThat(listAll("old", 1)).isEmpty();
    assertThat(listAll("new", 1)).containsExactly(moved);
  }

  static FileDocument at(FileDocument file, long version, String name, long time) {
    return new FileDocument(
        file.hash(), version, FileDocument.State.LIVE, file.size(), name, time, file.parts());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "A", "a.", "a*", ".*", "^", "\\", "$", "\u00e9", "\ud83d\ude00", "ab/c d"})
  void aPrefixIsTakenLiterally(String prefix) {
    save(
        IntStream.range(0, 11)
            .mapToObj(
                i ->
                    random.file(
                        List.of(
                                "",
                                "a",
                                "A",
                                "a.b",
                                "a*c",
                                ".*x",
                                "^a",
                                "\\a",
                                "$1",
                                "\u00e9t\u00e9",
                                "\ud83d\ude00!")
                            .get(i),
                        i))
            .toList());
    save(random.file("ab/c d", 20));
    List<FileDocument> expected =
        listAll("", 1000).stream().filter(file -> file.name().startsWith(prefix)).toList();
    assertThat(expected).isNotEmpty();
    assertThat(listAll(prefix, 1000)).isEqualTo(expected);
    assertThat(listAll(prefix, 1)).isEqualTo(expected);
  }

  @Test
  void aCursorStaysGoodWhenItsFileIsGone() {
    List<FileDocument> files =
        save(LongStream.range(0, 4).mapToObj(i -> random.file("n", i)).toList()).reversed();
    MetadataStore.FilePage page = store.files("", "", 2);
    save(files.get(1).deleted());
    assertThat(store.files("", page.cursor(), 10).files()).isEqualTo(files.subList(2, 4));
  }

  @Test
  void filesWrittenMeanwhileDoNotHideOthersOrRepeatThem() {
    List<FileDocument> before =
        save(LongStream.range(0, 40).mapToObj(i -> random.file("n", 10 * i)).toList());
    List<FileDocument> listed = new ArrayList<>();
    String cursor = "";
    long time = 0;
    do {
      MetadataStore.FilePage page = store.files("", cursor, 3);
      listed.addAll(page.files());
      cursor = page.cursor();
      for (int i = 0; i < 5; i++) {
        save(random.file("later", time += 7));
      }
    } while (!cursor.isEmpty());
    assertThat(new HashSet<>(listed)).hasSameSizeAs(listed);
    assertThat(listed.stream().filter(file -> file.name().equals("n")).toList())
        .isEqualTo(sorted(before));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "AAAA", "!", "\u00e9", "=", " ", "..", "null", "{}"})
  void aCursorThatIsNoneIsRefused(String cursor) {
    assertMalformed(cursor);
    assertMalformed(cursor.repeat(10_000));
  }

  @Test
  void aChangedCursorIsRefusedOrACursor() {
    save(RandomDocuments.many(3, () -> random.file("n", 1)));
    String cursor = store.files("", "", 1).cursor();
    assertMalformed(cursor + "A");
    assertMalformed(cursor.substring(1));
    assertMalformed(cursor.substring(0, cursor.length() / 2));
  }

  private void assertMalformed(String cursor) {
    assertThatThrownBy(() -> store.files("", cursor, 1))
        .isInstanceOfSatisfying(
            MasException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PARAMETER_MALFORMED));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1001, Integer.MAX_VALUE})
  void aLimitOutOfBoundsIsRefused(int limit) {
    assertThatThrownBy(() -> store.files("", "", limit))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("limit " + limit);
  }

  // Uploads

  @Test
  void uploadsThatExpireBeforeATimeComeOldestFirst() {
    List<UploadDocument> uploads =
        LongStream.of(-5, 0, 3, 9, 10, 11).mapToObj(this::uploadExpiring).toList();
    uploads.reversed().forEach(this::save);
    assertThat(store.uploadsExpiringBefore(10, 100)).isEqualTo(uploads.subList(0, 4));
    assertThat(store.uploadsExpiringBefore(10, 2)).isEqualTo(uploads.subList(0, 2));
    assertThat(store.uploadsExpiringBefore(Long.MIN_VALUE, 2)).isEmpty();
  }

  @Test
  void anUploadIsFoundByItsLastExpiryOnly() {
    UploadDocument first = save(uploadExpiring(5));
    UploadDocument second = save(first.expiring(50));
    assertThat(store.uploadsExpiringBefore(6, 10)).isEmpty();
    assertThat(store.uploadsExpiringBefore(51, 10)).containsExactly(second);
    MetadataStoreContract.applied(store.deleteUpload(second));
    assertThat(store.uploadsExpiringBefore(51, 10)).isEmpty();
  }

  @Test
  void sessionsOfAHashThatExpireTogetherAreAllFound() {
    var hash = random.hash();
    for (String session : List.of("", "a", "ab")) {
      save(random.upload(new UploadId(hash, session), 5));
    }
    assertThat(store.uploadsExpiringBefore(6, 10)).hasSize(3);
  }

  private UploadDocument uploadExpiring(long time) {
    return random.upload(random.uploadId(), time);
  }

  // Garbage

  @Test
  void garbageComesOldestFirstFromItsDueTimeOn() {
    List<GarbageDocument> notes =
        LongStream.of(-5, 0, 3, 10, 11).mapToObj(random::garbage).toList();
    notes.reversed().forEach(store::putGarbage);
    assertThat(store.dueGarbage(10, 100)).isEqualTo(notes.subList(0, 4));
    assertThat(store.dueGarbage(10, 2)).isEqualTo(notes.subList(0, 2));
    assertThat(store.dueGarbage(-6, 2)).isEmpty();
  }

  @Test
  void aNoteThatIsPutAgainIsFoundByItsLastDueTimeOnly() {
    GarbageDocument note = random.garbage(5);
    store.putGarbage(note);
    store.putGarbage(note.dueAt(50));
    store.putGarbage(note.dueAt(50));
    assertThat(store.dueGarbage(49, 10)).isEmpty();
    assertThat(store.dueGarbage(50, 10)).containsExactly(note.dueAt(50));
  }

  @Test
  void aRemovedNoteIsGone() {
    GarbageDocument note = random.garbage(5);
    GarbageDocument other = random.garbage(5);
    store.putGarbage(note);
    store.putGarbage(other);
    store.removeGarbage(note.id());
    store.removeGarbage(note.id());
    store.removeGarbage("never seen");
    assertThat(store.dueGarbage(Long.MAX_VALUE, 10)).containsExactly(other);
  }

  @Test
  void notesDueAtOnceAreAllFound() {
    RandomDocuments.many(20, () -> random.garbage(5)).forEach(store::putGarbage);
    assertThat(new HashSet<>(store.dueGarbage(5, 100))).hasSize(20);
  }

  @Test
  void whatIsDueIsCountedUpToALimit() {
    LongStream.of(-5, 0, 3, 3, 10).mapToObj(random::garbage).forEach(store::putGarbage);
    GarbageDocument note = random.garbage(3);
    store.putGarbage(note);
    store.putGarbage(note.dueAt(11));
    assertThat(store.countGarbage(3, 100)).isEqualTo(4);
    assertThat(store.countGarbage(3, 4)).isEqualTo(4);
    assertThat(store.countGarbage(3, 3)).isEqualTo(3);
    assertThat(store.countGarbage(-6, 3)).isZero();
    assertThat(store.countGarbage(Long.MAX_VALUE, 100)).isEqualTo(6);
    store.removeGarbage(note.id());
    assertThat(store.countGarbage(Long.MAX_VALUE, 100)).isEqualTo(5);
  }

  // Words

  final FileDocument save(FileDocument file) {
    MetadataStoreContract.applied(store.compareAndSetFile(file));
    return file;
  }

  final List<FileDocument> save(List<FileDocument> files) {
    files.forEach(this::save);
    return files;
  }

  private UploadDocument save(UploadDocument upload) {
    MetadataStoreContract.applied(store.compareAndSetUpload(upload));
    return upload;
  }

  final List<FileDocument> listAll(String prefix, int limit) {
    List<FileDocument> all = new ArrayList<>();
    String cursor = "";
    do {
      MetadataStore.FilePage page = store.files(prefix, cursor, limit);
      assertThat(page.files()).hasSizeLessThanOrEqualTo(limit);
      all.addAll(page.files());
      cursor = page.cursor();
    } while (!cursor.isEmpty());
    return all;
  }

  private static List<FileDocument> sorted(List<FileDocument> files) {
    return files.stream().sorted(NEWEST_FIRST).toList();
  }
}
