package io.mas.api.object;

import io.mas.common.object.ObjectHash;
import java.util.List;

/** Looking up, reading, listing and deleting stored files. Thread-safe; blocks. */
public interface Files {

  /**
   * What is stored under the hash.
   *
   * @throws io.mas.common.error.MasException NO_SUCH_FILE
   */
  FileInfo info(ObjectHash hash);

  /**
   * Opens a file for reading; no byte is fetched yet.
   *
   * @throws io.mas.common.error.MasException NO_SUCH_FILE, or UPLOAD_NOT_FINISHED while one is
   *     under way
   */
  StoredFile open(ObjectHash hash);

  /**
   * Deletes the file for everyone.
   *
   * @return what was deleted
   * @throws io.mas.common.error.MasException NO_SUCH_FILE; METADATA_NOT_SAVED if others interfere
   */
  FileInfo delete(ObjectHash hash);

  /**
   * Live files, newest first.
   *
   * @param namePrefix only names that begin so; "" for all
   * @param cursor the cursor of the page before, or ""
   * @param limit 1 to 1000
   */
  Page list(String namePrefix, String cursor, int limit);

  /**
   * A page of a listing.
   *
   * @param files may be fewer than asked for although more follow
   * @param cursor for the next page, or "" if this is the last
   */
  record Page(List<FileInfo> files, String cursor) {}
}
