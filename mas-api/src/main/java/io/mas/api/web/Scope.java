package io.mas.api.web;

import java.util.Locale;

/** What a systemToken may be used for. */
enum Scope {
  /** Issuing and revoking temporary tokens. */
  TOKENS,
  /** Information about files, listing and deleting them, finishing their uploads. */
  FILES,
  /** The cluster itself. */
  ADMIN;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
