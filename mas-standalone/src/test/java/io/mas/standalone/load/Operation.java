package io.mas.standalone.load;

/** What a request is for; the report counts by it. */
enum Operation {
  TOKEN,
  SINGLE,
  INIT,
  CHUNK,
  FINISH,
  ABORT,
  DOWNLOAD,
  RANGE,
  RANGES,
  SEEK,
  NOT_MODIFIED,
  INFO,
  LIST,
  DELETE,
  REVOKE,
  /** A use of a token or a systemToken that must be refused. */
  FORBIDDEN
}
