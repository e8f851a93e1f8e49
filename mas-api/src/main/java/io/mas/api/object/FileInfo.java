package io.mas.api.object;

import io.mas.api.metadata.FileDocument;
import io.mas.common.object.ObjectHash;

/**
 * What clients are told of a file.
 *
 * @param hash the file
 * @param size bytes
 * @param name the stored name
 * @param persistence whether the file is stored; false while an upload is under way
 * @param createTime Unix seconds
 */
public record FileInfo(
    ObjectHash hash, long size, String name, boolean persistence, long createTime) {

  /** What is told of a stored file. */
  public static FileInfo of(FileDocument file) {
    return new FileInfo(
        file.hash(), file.size(), file.name(), true, Math.floorDiv(file.time(), 1000L));
  }
}
