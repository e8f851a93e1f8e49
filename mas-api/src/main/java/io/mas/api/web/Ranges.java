package io.mas.api.web;

import io.mas.common.object.ByteRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code Range} as RFC 9110, section 14, has it. A header of another unit or not of the grammar is
 * ignored (14.2). More ranges than allowed are refused (15.5.17: "an excessive request"), since
 * sending terabytes instead helps nobody. Ranges that overlap become one, in the place of the
 * first; what is left keeps its order (15.3.7.2).
 */
final class Ranges {
  private static final String UNIT = "bytes=";
  private static final Pattern INT_RANGE = Pattern.compile("([0-9]+)-([0-9]*)");
  private static final Pattern SUFFIX_RANGE = Pattern.compile("-([0-9]+)");

  /** Longest decimal that is surely a long. */
  private static final int LONG_DIGITS = 18;

  /** A header this long has more ranges than anyone allows, or white space. */
  private static final int MAX_HEADER = 4096;

  private Ranges() {}

  /**
   * What the header asks of a file.
   *
   * @param header its value, or null
   * @param size of the file, bytes
   * @param max how many ranges are allowed
   */
  static RangeRequest parse(@Nullable String header, long size, int max) {
    if (header == null || !isBytes(header)) {
      return new RangeRequest.Whole();
    }
    if (header.length() > MAX_HEADER) {
      return new RangeRequest.Unsatisfiable();
    }
    List<String> specs = specs(header.substring(UNIT.length()));
    if (specs.isEmpty() || !specs.stream().allMatch(Ranges::valid)) {
      return new RangeRequest.Whole();
    }
    return specs.size() > max ? new RangeRequest.Unsatisfiable() : resolve(specs, size);
  }

  private static boolean isBytes(String header) {
    return header.regionMatches(true, 0, UNIT, 0, UNIT.length());
  }

  /** The elements of the list; empty ones are allowed and mean nothing (RFC 9110, 5.6.1). */
  private static List<String> specs(String list) {
    return List.of(list.toLowerCase(Locale.ROOT).split(",", -1)).stream()
        .map(String::strip)
        .filter(spec -> !spec.isEmpty())
        .toList();
  }

  private static boolean valid(String spec) {
    if (SUFFIX_RANGE.matcher(spec).matches()) {
      return true;
    }
    Matcher range = INT_RANGE.matcher(spec);
    return range.matches()
        && (range.group(2).isEmpty() || number(range.group(1)) <= number(range.group(2)));
  }

  private static RangeRequest resolve(List<String> specs, long size) {
    var found = new ArrayList<ByteRange>();
    for (String spec : specs) {
      ByteRange range = resolve(spec, size);
      if (range.length() > 0) {
        merge(found, range);
      } else if (size == 0 && isSatisfiableSuffix(spec)) {
        // "The last n bytes" of an empty file are all of it, which no Content-Range can say.
        return new RangeRequest.Whole();
      }
    }
    return found.isEmpty() ? new RangeRequest.Unsatisfiable() : new RangeRequest.Some(found);
  }

  /** The bytes that the file has of the range; an empty range if it has none. */
  private static ByteRange resolve(String spec, long size) {
    if (spec.startsWith("-")) {
      long length = Math.min(number(spec.substring(1)), size);
      return new ByteRange(size - length, length);
    }
    int dash = spec.indexOf('-');
    long first = number(spec.substring(0, dash));
    String last = spec.substring(dash + 1);
    long end = last.isEmpty() ? size : Math.min(number(last), size - 1) + 1;
    return first >= size ? new ByteRange(0, 0) : new ByteRange(first, end - first);
  }

  private static boolean isSatisfiableSuffix(String spec) {
    return spec.startsWith("-") && number(spec.substring(1)) > 0;
  }

  private static void merge(List<ByteRange> found, ByteRange added) {
    int place = found.size();
    ByteRange merged = added;
    for (int i = found.size() - 1; i >= 0; i--) {
      if (overlap(found.get(i), merged)) {
        merged = union(found.remove(i), merged);
        place = i;
      }
    }
    found.add(place, merged);
  }

  private static boolean overlap(ByteRange a, ByteRange b) {
    return a.offset() < b.end() && b.offset() < a.end();
  }

  private static ByteRange union(ByteRange a, ByteRange b) {
    long offset = Math.min(a.offset(), b.offset());
    return new ByteRange(offset, Math.max(a.end(), b.end()) - offset);
  }

  /** A number of any length; what is too large for a long is larger than any file. */
  private static long number(String digits) {
    String significant = digits.replaceFirst("^0+(?=.)", "");
    return significant.length() > LONG_DIGITS ? Long.MAX_VALUE : Long.parseLong(significant);
  }
}
