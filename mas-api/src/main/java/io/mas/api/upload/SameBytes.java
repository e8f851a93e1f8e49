package io.mas.api.upload;

import io.mas.api.metadata.FileDocument;
import io.mas.api.object.Parts;
import io.mas.common.object.BlockEntry;
import io.mas.common.object.ObjectHash;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/**
 * Whether two stored parts hold the same bytes; one that cannot be read holds none. Thread-safe.
 */
final class SameBytes {
  private final Parts parts;

  SameBytes(Parts parts) {
    this.parts = parts;
  }

  /** What the extent documents tell of a block as the client sent it. */
  private record Sum(int length, int crc) {}

  /**
   * By the checksums of their blocks. Parts that were cut into other blocks, since the block size
   * was set anew in between, are read.
   *
   * @throws io.mas.common.error.MasException TOO_FEW_SHARDS
   */
  boolean in(FileDocument.Part one, FileDocument.Part other) {
    if (one.length() != other.length()) {
      return false;
    }
    Optional<List<Sum>> ones = sums(one);
    Optional<List<Sum>> others = sums(other);
    if (ones.isEmpty() || others.isEmpty()) {
      return false;
    }
    if (lengths(ones.get()).equals(lengths(others.get()))) {
      return ones.equals(others);
    }
    Optional<ObjectHash> hash = hash(one);
    return hash.isPresent() && hash.equals(hash(other));
  }

  private Optional<List<Sum>> sums(FileDocument.Part part) {
    return parts.blocks(part).map(blocks -> blocks.stream().map(SameBytes::sum).toList());
  }

  private static Sum sum(BlockEntry block) {
    return new Sum(block.rawLength(), block.crc());
  }

  private static List<Integer> lengths(List<Sum> sums) {
    return sums.stream().map(Sum::length).toList();
  }

  private Optional<ObjectHash> hash(FileDocument.Part part) {
    MessageDigest digest = Sha256.digest();
    return parts.readBack(List.of(part), digest, () -> {}).unusable().isPresent()
        ? Optional.empty()
        : Optional.of(ObjectHash.of(digest.digest()));
  }
}
