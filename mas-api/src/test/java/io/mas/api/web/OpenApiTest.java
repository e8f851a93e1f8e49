package io.mas.api.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.common.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.yaml.snakeyaml.Yaml;

/** The document of the API says what the gateway does, and the other way round. */
class OpenApiTest {
  private static final Set<String> METHODS =
      Set.of("get", "head", "post", "put", "delete", "patch");
  private static final Map<?, ?> DOCUMENT = read();

  @Test
  void everyPathAndMethodIsDocumentedAndNoOther() {
    assertThat(documented()).isEqualTo(mapped());
  }

  @Test
  void everyCodeIsDocumentedWithItsStatus() {
    var documented = new TreeMap<Integer, Integer>();
    map(DOCUMENT.get("x-mas-codes"))
        .forEach((code, status) -> documented.put((Integer) code, (Integer) status));
    var real = new TreeMap<Integer, Integer>();
    for (ErrorCode code : ErrorCode.values()) {
      real.put(code.code(), code.httpStatus());
    }
    assertThat(documented).isEqualTo(real);
  }

  @Test
  void everyCodeOfAnAnswerExists() {
    Set<Integer> real =
        Arrays.stream(ErrorCode.values()).map(ErrorCode::code).collect(Collectors.toSet());
    var named = new TreeSet<Integer>();
    collectCodes(DOCUMENT, named);
    assertThat(real).containsAll(named);
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    var references = new TreeSet<String>();
    collectReferences(DOCUMENT, references);
    assertThat(references).isNotEmpty();
    for (String reference : references) {
      Object at = DOCUMENT;
      for (String step : reference.substring(2).split("/", -1)) {
        at = map(at).get(step);
      }
      assertThat(at).as(reference).isNotNull();
    }
  }

  @Test
  void everyAnswerThatIsToBeRepeatedSaysWhen() {
    Map<?, ?> responses = map(map(DOCUMENT.get("components")).get("responses"));
    assertThat(map(map(responses.get("TooManyRequests")).get("headers")).get("Retry-After"))
        .isNotNull();
    assertThat(map(map(responses.get("NotStored")).get("headers")).get("Retry-After")).isNotNull();
  }

  private static Set<String> documented() {
    return map(DOCUMENT.get("paths")).entrySet().stream()
        .flatMap(
            path ->
                map(path.getValue()).keySet().stream()
                    .filter(METHODS::contains)
                    .map(method -> method + " " + path.getKey()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> mapped() {
    Import rooms = Objects.requireNonNull(WebConfiguration.class.getAnnotation(Import.class));
    return Arrays.stream(rooms.value())
        .filter(type -> type.isAnnotationPresent(RestController.class))
        .flatMap(OpenApiTest::mappings)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Stream<String> mappings(Class<?> controller) {
    var mapping = new Mapping();
    return Arrays.stream(controller.getDeclaredMethods())
        .map(method -> mapping.of(method, controller))
        .filter(Objects::nonNull)
        .flatMap(OpenApiTest::mappings);
  }

  private static Stream<String> mappings(RequestMappingInfo info) {
    return info.getPatternValues().stream()
        .flatMap(
            path ->
                info.getMethodsCondition().getMethods().stream()
                    .map(method -> method.name().toLowerCase(Locale.ROOT) + " " + path));
  }

  /** Spring's own reading of the annotations. */
  private static final class Mapping extends RequestMappingHandlerMapping {
    Mapping() {
      afterPropertiesSet();
    }

    @Nullable RequestMappingInfo of(Method method, Class<?> controller) {
      return getMappingForMethod(method, controller);
    }

    @Override
    protected void initHandlerMethods() {}
  }

  private static void collectCodes(@Nullable Object node, Set<Integer> codes) {
    children(node).forEach(child -> collectCodes(child, codes));
    if (node instanceof Map<?, ?> map && map.get("x-mas-codes") instanceof List<?> list) {
      list.forEach(code -> codes.add((Integer) code));
    }
  }

  private static void collectReferences(@Nullable Object node, Set<String> references) {
    children(node).forEach(child -> collectReferences(child, references));
    if (node instanceof Map<?, ?> map && map.get("$ref") instanceof String reference) {
      references.add(reference);
    }
  }

  private static Collection<?> children(@Nullable Object node) {
    return switch (node) {
      case Map<?, ?> map -> map.values();
      case List<?> list -> list;
      case null, default -> List.of();
    };
  }

  private static Map<?, ?> map(@Nullable Object node) {
    return (Map<?, ?>) Objects.requireNonNull(node);
  }

  private static Map<?, ?> read() {
    try (InputStream in = Files.newInputStream(Path.of("..", "docs", "openapi.yaml"))) {
      return new Yaml().load(in);
    } catch (IOException e) {
      throw new IllegalStateException("docs/openapi.yaml cannot be read", e);
    }
  }
}
