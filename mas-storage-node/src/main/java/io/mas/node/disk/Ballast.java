package io.mas.node.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A few files that can be given up when the volume is full, of bytes or of inodes: a node must be
 * able to begin its next life, and to note its sequence, on a volume with nothing free, since only
 * a node that runs can delete. They are filled up at each start, and after each use, with what the
 * file had that was replaced. Runs on disk threads.
 */
public final class Ballast {
  private static final Logger log = LoggerFactory.getLogger(Ballast.class);

  private static final String DIRECTORY = "reserve";
  private static final int FILES = 4;
  private static final int BYTES = 64 << 10;

  private final DurableFiles files;

  public Ballast(DurableFiles files) {
    this.files = files;
  }

  /**
   * As {@link DurableFiles#replace}, with the ballast if there is no other room.
   *
   * @throws DiskFullException if there is no ballast left either
   */
  public void replace(String path, DurableFiles.Content content) throws IOException {
    boolean done = false;
    boolean givenUp = false;
    while (!done) {
      try {
        files.replace(path, content);
        done = true;
      } catch (DiskFullException e) {
        giveUpOne(e);
        givenUp = true;
        log.warn("the volume is full: a file of '{}' is given up for '{}'", DIRECTORY, path);
      }
    }
    if (givenUp) {
      fill();
      files.noRoom(); // what was written had the room of the ballast: there is none for anything
      // else
    }
  }

  private void giveUpOne(DiskFullException full) throws IOException {
    List<String> left = files.disk().list(DIRECTORY);
    if (left.isEmpty()) {
      throw full;
    }
    files.delete(DIRECTORY + "/" + left.getFirst());
  }

  /** Fills up what was given up, as far as there is room. */
  public void fill() throws IOException {
    List<String> there = files.disk().list(DIRECTORY);
    try {
      for (int i = 0; i < FILES; i++) {
        if (!there.contains("" + i)) {
          files.replace(DIRECTORY + "/" + i, file -> file.write(ByteBuffer.allocate(BYTES), 0));
        }
      }
    } catch (DiskFullException e) {
      log.warn("no room for the files of '{}'", DIRECTORY);
    }
  }
}
