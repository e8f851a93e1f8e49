package io.mas.dev.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Rows with aligned columns. Used by one thread. */
final class Table {
  private final List<List<String>> rows = new ArrayList<>();

  /** Another row. What cells say was named by others. */
  void row(String... cells) {
    rows.add(Arrays.stream(cells).map(Words::plain).toList());
  }

  /** Each row as a line that begins with {@code indent}. */
  String text(String indent) {
    return rows.stream()
        .map(row -> (indent + line(row)).stripTrailing() + "\n")
        .collect(Collectors.joining());
  }

  private String line(List<String> row) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      line.append(row.get(i)).append(" ".repeat(width(i) - row.get(i).length() + 2));
    }
    return line.toString();
  }

  private int width(int column) {
    return rows.stream()
        .filter(row -> row.size() > column)
        .mapToInt(row -> row.get(column).length())
        .max()
        .orElse(0);
  }
}
