package io.mas.api.metadata;

import io.mas.common.error.ErrorCode;
import io.mas.common.error.MasException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of a stored document with their types. What is missing or of another type is an
 * IllegalArgumentException that names the field; {@link #read} makes it the seam's exception.
 */
final class Fields {
  private final Map<?, ?> values;

  private Fields(Map<?, ?> values) {
    this.values = values;
  }

  /**
   * Reads a document after checking its format number.
   *
   * @param name what to call the document in a message, by its toString
   * @throws MasException METADATA_UNREACHABLE if the format number is unknown, or if the fields are
   *     not those of this format
   */
  static <D> D read(Object name, Map<?, ?> values, Function<Fields, D> reader) {
    Object format = values.get(DocumentFormat.FORMAT_FIELD);
    if (!(format instanceof Number number) || number.longValue() != DocumentFormat.FORMAT) {
      throw new MasException(
          ErrorCode.METADATA_UNREACHABLE,
          "document %s has format %s, this version of MAS knows %d: upgrade MAS"
              .formatted(name, format, DocumentFormat.FORMAT));
    }
    try {
      return reader.apply(new Fields(values));
    } catch (IllegalArgumentException e) {
      throw unreadable(name, e);
    }
  }

  /** The failure for a document whose bytes or fields are not what its format says. */
  static MasException unreadable(Object name, Exception cause) {
    return new MasException(
        ErrorCode.METADATA_UNREACHABLE,
        "document %s is damaged: %s".formatted(name, cause.getMessage()),
        cause);
  }

  long number(String field) {
    return get(field, Number.class).longValue();
  }

  int integer(String field) {
    long number = number(field);
    if (number != (int) number) {
      throw new IllegalArgumentException(
          "field '%s' is %d, expected 32 bits".formatted(field, number));
    }
    return (int) number;
  }

  String text(String field) {
    return get(field, String.class);
  }

  boolean flag(String field) {
    return get(field, Boolean.class);
  }

  byte[] bytes(String field) {
    return get(field, byte[].class);
  }

  /** A constant by its lower-case name. */
  <E extends Enum<E>> E constant(String field, Class<E> type) {
    String name = text(field);
    for (E constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(name)) {
        return constant;
      }
    }
    throw new IllegalArgumentException(
        "field '%s' is '%s', expected one of %s"
            .formatted(field, name, List.of(type.getEnumConstants())));
  }

  /** Each document of an array. */
  <R> List<R> list(String field, Function<Fields, R> reader) {
    List<?> list = get(field, List.class);
    return list.stream().<R>map(one -> reader.apply(nested(field, one))).toList();
  }

  /** Each document of an array that older documents do not have. */
  <R> List<R> listIfAny(String field, Function<Fields, R> reader) {
    return has(field) ? list(field, reader) : List.of();
  }

  boolean has(String field) {
    return values.containsKey(field);
  }

  private static Fields nested(String field, @Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return new Fields(map);
    }
    throw new IllegalArgumentException("field '%s' has a row that is no document".formatted(field));
  }

  private <T> T get(String field, Class<T> type) {
    Object value = values.get(field);
    if (!type.isInstance(value)) {
      throw new IllegalArgumentException(
          "field '%s' is %s, expected %s"
              .formatted(
                  field,
                  value == null ? "missing" : value.getClass().getSimpleName(),
                  type.getSimpleName()));
    }
    return type.cast(value);
  }
}
