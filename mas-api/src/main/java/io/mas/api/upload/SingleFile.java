package io.mas.api.upload;

import io.mas.api.object.FileInfo;
import java.io.InputStream;
import java.util.Optional;

/** A whole file that a client wants to store with one body, which has not been asked for yet. */
public interface SingleFile {

  /** What is stored already: then the body is not needed. */
  Optional<FileInfo> stored();

  /** Stores the body; if the file is stored already, the body is not read. */
  FileInfo store(String name, InputStream body);
}
