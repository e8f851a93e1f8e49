package io.mas.api.web;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The content types that a browser may show, by the extension of a name. A list of what is allowed:
 * no type is on it that a browser would run as a page or a script (SVG, HTML, XML).
 */
final class ContentTypes {
  /** The type of everything that is not on the list; never shown, only saved. */
  static final String OTHER = "application/octet-stream";

  /** The one type that browsers show by a viewer of their own, which a sandbox would forbid. */
  static final String PDF = "application/pdf";

  private static final Map<String, String> BY_EXTENSION =
      Map.ofEntries(
          Map.entry("avif", "image/avif"),
          Map.entry("bmp", "image/bmp"),
          Map.entry("gif", "image/gif"),
          Map.entry("ico", "image/x-icon"),
          Map.entry("jpeg", "image/jpeg"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("png", "image/png"),
          Map.entry("webp", "image/webp"),
          Map.entry("aac", "audio/aac"),
          Map.entry("flac", "audio/flac"),
          Map.entry("m4a", "audio/mp4"),
          Map.entry("mp3", "audio/mpeg"),
          Map.entry("oga", "audio/ogg"),
          Map.entry("ogg", "audio/ogg"),
          Map.entry("opus", "audio/ogg"),
          Map.entry("wav", "audio/wav"),
          Map.entry("weba", "audio/webm"),
          Map.entry("m4v", "video/mp4"),
          Map.entry("mkv", "video/x-matroska"),
          Map.entry("mov", "video/quicktime"),
          Map.entry("mp4", "video/mp4"),
          Map.entry("ogv", "video/ogg"),
          Map.entry("webm", "video/webm"),
          Map.entry("pdf", PDF),
          Map.entry("txt", "text/plain;charset=utf-8"));

  private ContentTypes() {}

  /** The type of a file with this name. */
  static String of(String name) {
    int dot = name.lastIndexOf('.');
    String extension = name.substring(dot + 1).toLowerCase(Locale.ROOT);
    return dot < 0 ? OTHER : BY_EXTENSION.getOrDefault(extension, OTHER);
  }

  /**
   * How a browser is to handle a file: as asked, else {@code inline}; what is not on the list is
   * {@code attachment} whatever is asked.
   */
  static String disposition(String type, @Nullable String asked) {
    if (type.equals(OTHER)) {
      return "attachment";
    }
    return asked == null ? "inline" : asked;
  }
}
