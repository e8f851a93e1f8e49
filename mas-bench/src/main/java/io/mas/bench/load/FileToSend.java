package io.mas.bench.load;

/**
 * A file with its hash.
 *
 * @param content makes its bytes
 * @param hash SHA-256 in hex
 */
record FileToSend(Content content, String hash) {
  long size() {
    return content.size();
  }
}
