package io.mas.api.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.PropertiesPropertySourceLoader;
import org.springframework.boot.env.PropertySourceLoader;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ByteArrayResource;

/**
 * Where the systemTokens are told: {@code mas.system-tokens} in the settings, and the same in the
 * YAML or properties file that {@code mas.system-tokens-file} names, which may change at any time.
 */
final class SystemTokenSource {
  private static final String NAME = "mas.system-tokens";
  private static final int MAX_FILE_SIZE = 1 << 20;

  private final List<SystemToken> configured;
  private final @Nullable Path file;

  /**
   * Reads the settings, not the file.
   *
   * @throws IllegalArgumentException if they cannot be understood
   */
  SystemTokenSource(Environment settings) {
    Binder binder = Binder.get(settings);
    this.configured = read(binder, "the settings");
    this.file = binder.bind("mas.system-tokens-file", String.class).map(Path::of).orElse(null);
  }

  /** The file, or null if there is none. */
  @Nullable Path file() {
    return file;
  }

  /** What the file holds now; nothing if there is no file. */
  byte[] content() {
    if (file == null) {
      return new byte[0];
    }
    try {
      long size = Files.size(file);
      if (size > MAX_FILE_SIZE) {
        throw new IllegalArgumentException(
            "%s has %d bytes, expected at most %d".formatted(file, size, MAX_FILE_SIZE));
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be read".formatted(file), e);
    }
  }

  /**
   * The tokens of the settings and of what the file holds.
   *
   * @throws IllegalArgumentException if that cannot be understood, has an id twice, or is empty
   *     though there is a file
   */
  List<SystemToken> tokens(byte[] content) {
    if (file == null) {
      return unique(configured);
    }
    List<SystemToken> told = read(new Binder(sources(file, content)), file.toString());
    if (told.isEmpty()) {
      throw new IllegalArgumentException("%s has no %s".formatted(file, NAME));
    }
    return unique(Stream.concat(configured.stream(), told.stream()).toList());
  }

  private static Iterable<ConfigurationPropertySource> sources(Path file, byte[] content) {
    PropertySourceLoader loader = loader(file);
    try {
      return ConfigurationPropertySources.from(
          loader.load(file.toString(), new ByteArrayResource(content)));
    } catch (IOException | RuntimeException e) {
      // A parser's message repeats the line that it does not understand.
      throw new IllegalArgumentException(
          "%s is not well-formed (%s)".formatted(file, e.getClass().getSimpleName()));
    }
  }

  private static PropertySourceLoader loader(Path file) {
    String name = String.valueOf(file.getFileName());
    for (PropertySourceLoader loader :
        List.of(new YamlPropertySourceLoader(), new PropertiesPropertySourceLoader())) {
      if (Stream.of(loader.getFileExtensions()).anyMatch(end -> name.endsWith("." + end))) {
        return loader;
      }
    }
    throw new IllegalArgumentException(
        "mas.system-tokens-file is %s, expected a name that ends with .yaml or .properties"
            .formatted(file));
  }

  /** An entry with a name that is not known is refused: it may be a misspelt limit. */
  private static List<SystemToken> read(Binder binder, String where) {
    try {
      return binder
          .bind(
              NAME,
              Bindable.listOf(SystemToken.class),
              new NoUnboundElementsBindHandler(BindHandler.DEFAULT))
          .orElse(List.of());
    } catch (BindException e) {
      throw new IllegalArgumentException(
          "%s in %s cannot be read: %s".formatted(e.getName(), where, reason(e)));
    }
  }

  /** Not the values, which may be secrets in the wrong place; ours repeat none. */
  private static String reason(BindException e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = String.valueOf(root.getMessage());
    return message.startsWith(NAME)
        ? message
        : "expected entries with id, sha256, scopes and perhaps expires";
  }

  private static List<SystemToken> unique(List<SystemToken> tokens) {
    Set<String> ids = new HashSet<>();
    Set<String> secrets = new HashSet<>();
    for (SystemToken token : tokens) {
      if (!ids.add(token.id()) || !secrets.add(token.sha256())) {
        throw new IllegalArgumentException(
            "%s has the id or sha256 of '%s' twice, expected once".formatted(NAME, token.id()));
      }
    }
    return tokens;
  }
}
