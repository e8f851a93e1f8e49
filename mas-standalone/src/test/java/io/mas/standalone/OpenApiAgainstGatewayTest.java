package io.mas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.mas.standalone.SharedStore.Store;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.yaml.snakeyaml.Yaml;

/**
 * {@code docs/openapi.yaml} against a running gateway: each operation is there, and no method more.
 */
@ExtendWith(SharedStore.class)
class OpenApiAgainstGatewayTest {
  private static final Set<String> METHODS =
      Set.of("get", "head", "post", "put", "delete", "patch");

  @Test
  void everyDocumentedOperationAnswersWithADocumentedStatus(Store store) throws Exception {
    Map<String, String> undocumented = new TreeMap<>();
    try (HttpClient http = HttpClient.newHttpClient()) {
      for (Map.Entry<?, ?> path : paths().entrySet()) {
        for (Map.Entry<?, ?> operation : map(path.getValue()).entrySet()) {
          if (METHODS.contains(operation.getKey())) {
            String status = status(http, store, operation.getKey(), path.getKey());
            if (!map(map(operation.getValue()).get("responses")).containsKey(status)) {
              undocumented.put(operation.getKey() + " " + path.getKey(), status);
            }
          }
        }
      }
    }
    assertThat(undocumented).isEmpty();
  }

  @Test
  void everyMethodThatIsNotDocumentedIs405(Store store) throws Exception {
    Map<String, String> answered = new TreeMap<>();
    try (HttpClient http = HttpClient.newHttpClient()) {
      for (Map.Entry<?, ?> path : paths().entrySet()) {
        for (String method : new TreeSet<>(METHODS)) {
          Map<?, ?> operations = map(path.getValue());
          boolean impliedByGet = method.equals("head") && operations.containsKey("get");
          if (!operations.containsKey(method) && !impliedByGet) {
            String status = status(http, store, method, path.getKey());
            if (!status.equals("405")) {
              answered.put(method + " " + path.getKey(), status);
            }
          }
        }
      }
    }
    assertThat(answered).isEmpty();
  }

  /** Every field is documented, and every documented one is there. */
  @Test
  void operatorsAreToldWhatIsDocumented(Store store) throws Exception {
    Content file = Content.random("documented", 3 << 20, 4712);
    assertThat(store.client().single(file).ok()).isTrue();
    assertThat(differences("ClusterStatus", data(store, "/api/admin/status"))).isEmpty();
    assertThat(differences("FilePlaces", data(store, "/api/admin/file?hash=" + file.hash())))
        .isEmpty();
    assertThat(differences("FileInfo", data(store, "/api/admin/status")))
        .as("the control: another schema does not fit")
        .isNotEmpty();
  }

  private static Object data(Store store, String path) {
    try (Caller caller = new Caller(store.cluster())) {
      Map<?, ?> answer = new Yaml().load(caller.backend("GET", path).text());
      return Objects.requireNonNull(answer.get("data"));
    }
  }

  private static Set<String> differences(String schema, Object value) throws IOException {
    Set<String> differences = new TreeSet<>();
    compare(schema, map(schemas().get(schema)), value, differences);
    return differences;
  }

  private static void compare(
      String path, Map<?, ?> schema, @Nullable Object value, Set<String> differences)
      throws IOException {
    if (schema.get("$ref") instanceof String reference) {
      String name = reference.substring(reference.lastIndexOf('/') + 1);
      compare(path, map(schemas().get(name)), value, differences);
    } else if (schema.get("oneOf") instanceof List<?> choices && value != null) {
      compare(path, map(choices.getFirst()), value, differences);
    } else if (value instanceof Map<?, ?> object) {
      Map<?, ?> properties = (Map<?, ?>) schema.get("properties");
      if (properties == null || !properties.keySet().equals(object.keySet())) {
        differences.add(path + ": " + object.keySet());
        return;
      }
      for (Map.Entry<?, ?> field : object.entrySet()) {
        String name = path + "." + field.getKey();
        compare(name, map(properties.get(field.getKey())), field.getValue(), differences);
      }
    } else if (value instanceof List<?> list) {
      for (Object item : list) {
        compare(path + "[]", map(schema.get("items")), item, differences);
      }
    }
  }

  private static Map<?, ?> schemas() throws IOException {
    return map(map(document().get("components")).get("schemas"));
  }

  private static String status(HttpClient http, Store store, Object method, Object path)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(store.cluster().api().resolve(path.toString()))
            .method(method.toString().toUpperCase(Locale.ROOT), HttpRequest.BodyPublishers.noBody())
            .build();
    int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    return Integer.toString(status);
  }

  private static Map<?, ?> paths() throws IOException {
    return map(document().get("paths"));
  }

  private static Map<?, ?> document() throws IOException {
    try (InputStream in = Files.newInputStream(Path.of("../docs/openapi.yaml"))) {
      return map(new Yaml().load(in));
    }
  }

  private static Map<?, ?> map(@Nullable Object value) {
    return (Map<?, ?>) Objects.requireNonNull(value);
  }
}
